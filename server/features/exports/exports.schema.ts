import { t } from "elysia";
import { CauseSchema, pageOf, pageQuery } from "../../platform/http/schemas.ts";
import { ContactFilterSchema } from "../contacts/contacts.schema.ts";

export const ExportRequest = t.Object({
  kind: t.Union([t.Literal("contacts"), t.Literal("suppressions"), t.Literal("recipients")]),
  columns: t.Optional(
    t.Array(t.String({ maxLength: 60 }), {
      maxItems: 120,
      description:
        "Of contacts: the columns wanted beside email and status, a custom field by its key or as key:type; all when left out",
    }),
  ),
  reason: t.Optional(
    t.Union(
      [
        t.Literal("unsubscribed"),
        t.Literal("hard_bounce"),
        t.Literal("complaint"),
        t.Literal("manual"),
        t.Literal("unclear"),
      ],
      { description: "Of suppressions" },
    ),
  ),
  campaignId: t.Optional(t.Integer({ minimum: 1, description: "Of recipients" })),
  filter: t.Optional(ContactFilterSchema),
  segmentId: t.Optional(
    t.Integer({ minimum: 1, description: "Of contacts: those of this segment; without a filter" }),
  ),
  byteOrderMark: t.Optional(
    t.Boolean({ default: true, description: "Excel needs it to read UTF-8 right" }),
  ),
});

export const ExportSchema = t.Object(
  {
    id: t.Number(),
    kind: t.String(),
    filter: ContactFilterSchema,
    segmentId: t.Union([t.Number(), t.Null()]),
    campaignId: t.Union([t.Number(), t.Null()]),
    reason: t.Union([t.String(), t.Null()]),
    state: t.Union([
      t.Literal("queued"),
      t.Literal("running"),
      t.Literal("done"),
      t.Literal("failed"),
      t.Literal("cancelled"),
    ]),
    rowsDone: t.Number(),
    rowsTotal: t.Number({ description: "About, until it is done" }),
    sizeBytes: t.Number(),
    error: t.Union([t.String(), t.Null()]),
    errorCause: CauseSchema,
    createdBy: t.String(),
    createdAt: t.Number(),
    finishedAt: t.Union([t.Number(), t.Null()]),
    expiresAt: t.Union([t.Number(), t.Null()]),
  },
  { title: "Export" },
);
export const ExportPage = pageOf(ExportSchema);
export const ExportQuery = t.Object(pageQuery);

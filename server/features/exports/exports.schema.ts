import { t } from "elysia";
import { CauseSchema, pageOf, pageQuery } from "../../platform/http/schemas.ts";
import { ContactFilterSchema } from "../contacts/contacts.schema.ts";

export const ExportRequest = t.Object({
  kind: t.Union([t.Literal("contacts"), t.Literal("suppressions"), t.Literal("recipients")]),
  columns: t.Optional(
    t.Array(t.String({ maxLength: 60 }), {
      maxItems: 120,
      description:
        "For contacts: the columns besides email and status, custom fields by key or as key:type; leave it out for all columns",
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
      { description: "For suppressions: only those with this reason" },
    ),
  ),
  campaignId: t.Optional(t.Integer({ minimum: 1, description: "For recipients: the campaign" })),
  filter: t.Optional(ContactFilterSchema),
  segmentId: t.Optional(
    t.Integer({
      minimum: 1,
      description: "For contacts: only those in this segment; cannot be combined with a filter",
    }),
  ),
  byteOrderMark: t.Optional(
    t.Boolean({
      default: true,
      description: "Write a byte order mark, which Excel needs to read UTF-8",
    }),
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
    rowsTotal: t.Number({ description: "Number of rows; an estimate until the export is done" }),
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

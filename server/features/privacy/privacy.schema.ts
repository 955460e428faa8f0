import { t } from "elysia";
import { CauseSchema, pageOf, pageQuery } from "../../platform/http/schemas.ts";

const nullable = <T extends Parameters<typeof t.Array>[0]>(type: T) => t.Union([type, t.Null()]);
const Kind = t.Union([t.Literal("export"), t.Literal("erase")]);

export const NewPrivacyRequest = t.Object({
  kind: Kind,
  contactId: t.Optional(t.Integer({ minimum: 1 })),
  address: t.Optional(
    t.String({
      maxLength: 320,
      description: "An address, instead of contactId; it need not belong to a contact",
    }),
  ),
});
export const PrivacyRequestSchema = t.Object(
  {
    id: t.Number(),
    kind: Kind,
    contactId: nullable(t.Number()),
    address: t.Union([t.String(), t.Null()], { description: "Null after the erasure" }),
    state: t.Union([
      t.Literal("queued"),
      t.Literal("running"),
      t.Literal("done"),
      t.Literal("failed"),
    ]),
    result: t.Record(t.String(), t.Number(), {
      description: "Number of changed rows by kind of data",
    }),
    check: t.Array(
      t.Object({
        kind: t.Union([t.Literal("segment"), t.Literal("campaign")]),
        id: t.Number(),
        name: t.String(),
      }),
      {
        description:
          "Segments with a name or part of an address that may be the person's, and campaigns whose audience became smaller because of the erasure",
      },
    ),
    sizeBytes: t.Number(),
    error: nullable(t.String()),
    errorCause: CauseSchema,
    createdBy: t.String(),
    createdAt: t.Number(),
    finishedAt: nullable(t.Number()),
    expiresAt: nullable(t.Number()),
  },
  { title: "PrivacyRequest" },
);
export const PrivacyRequestPage = pageOf(PrivacyRequestSchema);
export const PrivacyRequestQuery = t.Object(pageQuery);

export const ErasureLift = t.Object({
  address: t.String({ minLength: 1, maxLength: 320 }),
  reason: t.String({ minLength: 3, maxLength: 500, description: "Stored in the audit log" }),
});

const days = nullable(t.Integer({ minimum: 1, maximum: 36_500 }));
export const RetentionSchema = t.Object(
  {
    noConsentDays: t.Union([t.Integer({ minimum: 1, maximum: 36_500 }), t.Null()], {
      description:
        "Days after which contacts without a list and without a consent are deleted; null: never",
    }),
    engagementDays: t.Union([t.Integer({ minimum: 1, maximum: 36_500 }), t.Null()], {
      description:
        "Days after which opens and clicks of individual people are deleted; counters remain",
    }),
    ipDays: t.Union([t.Integer({ minimum: 1, maximum: 36_500 }), t.Null()], {
      description: "Days after which IP addresses and user agents of opens and clicks are deleted",
    }),
    updatedAt: t.Number(),
    runAt: nullable(t.Number()),
  },
  { title: "Retention" },
);
export const RetentionChange = t.Object({
  noConsentDays: t.Optional(days),
  engagementDays: t.Optional(days),
  ipDays: t.Optional(days),
});
export const RetentionPreview = t.Object(
  {
    contacts: t.Number(),
    events: t.Number(),
    ips: t.Number(),
    exact: t.Boolean({ description: "False if there may be more" }),
  },
  { title: "RetentionPreview" },
);

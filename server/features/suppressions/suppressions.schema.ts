import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

const Reason = t.Union([
  t.Literal("unsubscribed"),
  t.Literal("hard_bounce"),
  t.Literal("complaint"),
  t.Literal("manual"),
]);

const SuppressionSchema = t.Object(
  {
    address: t.String(),
    reason: Reason,
    source: t.String({ description: "Where it came from: campaign:7, import:3, manual" }),
    detail: t.String(),
    createdAt: t.Number(),
    expiresAt: t.Union([t.Number(), t.Null()]),
  },
  { title: "Suppression" },
);
export const SuppressionPage = pageOf(SuppressionSchema);

export const SuppressionQuery = t.Object({
  ...pageQuery,
  q: t.Optional(t.String({ maxLength: 254, description: "The beginning of an address" })),
  reason: t.Optional(Reason),
});

export const NewSuppressions = t.Object({
  addresses: t.Array(t.String({ maxLength: 320 }), { minItems: 1, maxItems: 1000 }),
  reason: t.Optional(Reason),
  detail: t.Optional(t.String({ maxLength: 500 })),
});
export const SuppressionsAdded = t.Object({
  added: t.Number(),
  already: t.Number(),
  rejected: t.Array(t.Object({ address: t.String(), reason: t.String() })),
});

export const SuppressionRemoval = t.Object({
  address: t.String({ minLength: 1, maxLength: 320 }),
  reason: t.String({ minLength: 3, maxLength: 500, description: "Kept in the audit log" }),
});
export const SuppressionCounts = t.Object({
  unsubscribed: t.Number(),
  hard_bounce: t.Number(),
  complaint: t.Number(),
  manual: t.Number(),
});

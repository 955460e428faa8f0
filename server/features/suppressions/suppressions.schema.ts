import { t } from "elysia";
import { pageOf, pageQuery, toldReason } from "../../platform/http/schemas.ts";

const Given = [
  t.Literal("unsubscribed"),
  t.Literal("hard_bounce"),
  t.Literal("complaint"),
  t.Literal("manual"),
] as const;
const Reason = t.Union([...Given, t.Literal("unclear")], {
  description:
    "unclear: an import did not understand the contact's status, which is in the detail; or the detail is agreement_unknown, because nobody stated that the people in the file agreed. Removing it means that the person may be mailed",
});

const SuppressionSchema = t.Object(
  {
    address: t.String(),
    reason: Reason,
    source: t.String({ description: "The source: campaign:7, import:3, manual" }),
    detail: t.String(),
    createdAt: t.Number(),
    expiresAt: t.Union([t.Number(), t.Null()]),
  },
  { title: "Suppression" },
);
export const SuppressionPage = pageOf(SuppressionSchema);

export const SuppressionQuery = t.Object({
  ...pageQuery,
  q: t.Optional(t.String({ maxLength: 254, description: "A prefix of an address" })),
  reason: t.Optional(Reason),
});

export const NewSuppressions = t.Object({
  addresses: t.Array(t.String({ maxLength: 320 }), { minItems: 1, maxItems: 1000 }),
  reason: t.Optional(t.Union([...Given])),
  detail: t.Optional(t.String({ maxLength: 500 })),
  expiresAt: t.Optional(
    t.Union([t.Integer({ minimum: 0 }), t.Null()], { description: "Unix ms; null: never" }),
  ),
});
export const SuppressionsAdded = t.Object({
  added: t.Number(),
  already: t.Number(),
  rejected: t.Array(t.Object({ address: t.String(), ...toldReason })),
});

export const SuppressionRemoved = t.Object({
  done: t.Literal(true),
  remains: t.Union([Reason, t.Null()], {
    description: "Why the address is still suppressed; null when it can be mailed again",
  }),
});
export const SuppressionRemoval = t.Object({
  address: t.String({ minLength: 1, maxLength: 320 }),
  reason: t.String({ minLength: 3, maxLength: 500, description: "Stored in the audit log" }),
});
export const SuppressionCounts = t.Object({
  unsubscribed: t.Number(),
  hard_bounce: t.Number(),
  complaint: t.Number(),
  manual: t.Number(),
  unclear: t.Number(),
});

export const DomainQuery = t.Object({
  ...pageQuery,
  q: t.Optional(t.String({ maxLength: 254, description: "Any part of a domain" })),
});
export const BlockedDomainSchema = t.Object(
  {
    domain: t.String(),
    subdomains: t.Boolean({ description: "True if subdomains are blocked too" }),
    detail: t.String(),
    createdBy: t.String(),
    createdAt: t.Number(),
    expiresAt: t.Union([t.Number(), t.Null()]),
  },
  { title: "BlockedDomain" },
);
export const BlockedDomainPage = pageOf(BlockedDomainSchema);
export const NewBlockedDomain = t.Object({
  domain: t.String({ minLength: 1, maxLength: 260, description: "example.com or *@example.com" }),
  subdomains: t.Optional(t.Boolean({ default: false })),
  detail: t.Optional(t.String({ maxLength: 500 })),
  expiresAt: t.Optional(t.Union([t.Integer({ minimum: 0 }), t.Null()])),
});
export const DomainRemoval = t.Object({
  domain: t.String({ minLength: 1, maxLength: 260 }),
  reason: t.String({ minLength: 3, maxLength: 500, description: "Stored in the audit log" }),
});

const InstanceReason = t.Union([
  t.Literal("complaint"),
  t.Literal("spamtrap"),
  t.Literal("manual"),
]);
export const InstanceSuppressionQuery = t.Object({
  ...pageQuery,
  q: t.Optional(t.String({ maxLength: 254, description: "A prefix of an address" })),
});
export const InstanceSuppressionPage = pageOf(
  t.Object(
    {
      address: t.String(),
      reason: InstanceReason,
      source: t.String(),
      detail: t.String(),
      createdBy: t.String(),
      createdAt: t.Number(),
      expiresAt: t.Union([t.Number(), t.Null()]),
    },
    { title: "InstanceSuppression" },
  ),
);
export const NewInstanceSuppressions = t.Object({
  addresses: t.Array(t.String({ maxLength: 320 }), { minItems: 1, maxItems: 1000 }),
  reason: t.Optional(InstanceReason),
  detail: t.Optional(t.String({ maxLength: 500 })),
  source: t.Optional(
    t.String({ maxLength: 100, description: "The source: the name of a file, or manual" }),
  ),
  expiresAt: t.Optional(t.Union([t.Integer({ minimum: 0 }), t.Null()])),
});

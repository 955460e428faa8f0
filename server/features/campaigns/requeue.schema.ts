import { t } from "elysia";

const filter = {
  states: t.Array(t.Union([t.Literal("bounced"), t.Literal("failed"), t.Literal("skipped")]), {
    minItems: 1,
    maxItems: 3,
  }),
  reason: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 100,
      description: "Only messages with this category or reason",
    }),
  ),
  provider: t.Optional(t.String({ minLength: 1, maxLength: 60 })),
};

export const RetryFilter = t.Object(filter);

export const RetryOrder = t.Object({
  ...filter,
  expected: t.Integer({
    minimum: 1,
    description:
      "The number that the preview returned. If the number has changed since, nothing is sent again",
  }),
});
export type RetryOrder = typeof RetryOrder.static;

export const RetryCount = t.Object({
  matching: t.Integer(),
  retry: t.Integer({ description: "Messages that will be sent again" }),
  suppressed: t.Integer({ description: "Excluded: messages to addresses that must not be mailed" }),
  gone: t.Integer({ description: "Excluded: messages to contacts that were deleted" }),
});

export const HeldOrder = t.Object({
  decision: t.Union([t.Literal("resend"), t.Literal("sent"), t.Literal("failed")]),
  seqs: t.Optional(
    t.Array(t.Integer({ minimum: 1 }), {
      minItems: 1,
      maxItems: 1_000,
      description: "Ids of messages; leave it out for all held messages",
    }),
  ),
});
export type HeldOrder = typeof HeldOrder.static;

export const HeldCount = t.Object({ decided: t.Integer() });

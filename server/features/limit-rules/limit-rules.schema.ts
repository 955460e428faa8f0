import { t } from "elysia";
import { MAX_PATTERN } from "../../delivery/index.ts";

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS;

const Stage = t.Union([
  t.Literal("dns"),
  t.Literal("connect"),
  t.Literal("greeting"),
  t.Literal("ehlo"),
  t.Literal("starttls"),
  t.Literal("auth"),
  t.Literal("mail"),
  t.Literal("rcpt"),
  t.Literal("data"),
  t.Literal("dot"),
  t.Literal("rset"),
  t.Literal("quit"),
]);
const ForMs = t.Integer({ minimum: MINUTE_MS, maximum: WEEK_MS, description: "Milliseconds" });

const Action = t.Union([
  t.Object({
    do: t.Literal("suspend"),
    scope: t.Union([
      t.Literal("route_site"),
      t.Literal("route_provider"),
      t.Literal("workspace_provider"),
      t.Literal("campaign_provider"),
      t.Literal("sender_provider"),
    ]),
    forMs: ForMs,
  }),
  t.Object({
    do: t.Literal("set"),
    scope: t.Union([t.Literal("route_site"), t.Literal("route_provider")]),
    perSecond: t.Optional(t.Number({ minimum: 0.001, maximum: 10_000 })),
    connections: t.Optional(t.Integer({ minimum: 1, maximum: 1_000 })),
    perConnection: t.Optional(t.Integer({ minimum: 1, maximum: 10_000 })),
    forMs: ForMs,
  }),
  t.Object({ do: t.Literal("rotate_source"), forMs: ForMs }),
  t.Object({ do: t.Literal("pause_campaign") }),
]);

const few = { maxItems: 20 };
const Match = t.Object(
  {
    providers: t.Optional(t.Array(t.String({ minLength: 1, maxLength: 40 }), few)),
    stages: t.Optional(t.Array(Stage, few)),
    codes: t.Optional(t.Array(t.String({ minLength: 3, maxLength: 3 }), few)),
    enhanced: t.Optional(t.Array(t.String({ minLength: 5, maxLength: 11 }), few)),
    text: t.Optional(
      t.String({
        minLength: 1,
        maxLength: MAX_PATTERN,
        description: "RE2 syntax, case ignored",
      }),
    ),
  },
  { description: "Omitted properties match every reply" },
);

const ruleFields = {
  name: t.String({ minLength: 1, maxLength: 100 }),
  match: Match,
  trigger: t.Object(
    {
      times: t.Integer({ minimum: 1, maximum: 1_000 }),
      withinMs: t.Integer({ minimum: 1_000, maximum: WEEK_MS }),
    },
    { description: "The rule applies after this number of replies within this time; 1: at once" },
  ),
  actions: t.Array(Action, { maxItems: 5 }),
  category: t.Optional(
    t.String({
      maxLength: 40,
      description: "What the reply means, instead of the built-in classification",
    }),
  ),
};

export const RuleInput = t.Object({ ...ruleFields, enabled: t.Boolean() });
export type RuleInput = typeof RuleInput.static;

export const LimitRuleView = t.Object(
  {
    key: t.String(),
    ...ruleFields,
    enabled: t.Boolean(),
    source: t.Union([t.Literal("shipped"), t.Literal("changed"), t.Literal("own")]),
  },
  { title: "LimitRule" },
);

export const LimitRuleList = t.Object({
  version: t.Integer({ description: "True for a built-in rule" }),
  items: t.Array(LimitRuleView, {
    description: "The rules in order; the first one that matches a reply applies",
  }),
  categories: t.Array(t.String()),
});

export const RuleParams = t.Object({ key: t.String({ minLength: 1, maxLength: 60 }) });

export const RuleOrder = t.Object({
  keys: t.Array(t.String({ maxLength: 60 }), { minItems: 1, maxItems: 300 }),
});

export const ReplyTry = t.Object({
  provider: t.String({ maxLength: 40, description: "google, yahoo, ses, other, …" }),
  stage: Stage,
  text: t.String({
    minLength: 3,
    maxLength: 4_000,
    description: "The reply exactly as the server sent it",
  }),
});

export const ReplyTryResult = t.Object({
  code: t.Integer(),
  enhanced: t.String(),
  text: t.String(),
  category: t.String({ description: "The built-in classification, without any rule" }),
  rule: t.Union([t.Object({ key: t.String(), name: t.String() }), t.Null()]),
  fires: t.String({ description: "When the rule applies, in words; empty without a rule" }),
  actions: t.Array(t.String(), { description: "What the limiter would do, in words" }),
  outcome: t.Object({
    state: t.String(),
    category: t.String(),
    dueInMs: t.Union([t.Integer(), t.Null()]),
    suppresses: t.Boolean({ description: "True if the address is not mailed again" }),
    counts: t.Boolean({ description: "True if the reply counts as a bounce of the address" }),
  }),
});

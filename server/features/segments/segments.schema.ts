import { t } from "elysia";
import { FieldProblemSchema, pageOf, pageQuery } from "../../platform/http/schemas.ts";
import { ContactSchema } from "../contacts/contacts.schema.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";
import { MAX_CONDITIONS, MAX_DEPTH, type Rule } from "./segment-language.rules.ts";

const has = t.Optional(t.Boolean({ default: true }));
const span = {
  atLeast: t.Optional(t.Integer({ minimum: 1, default: 1 })),
  withinDays: t.Optional(t.Integer({ minimum: 1, description: "Calendar days before today" })),
};
const literals = (...names: string[]) => t.Union(names.map((name) => t.Literal(name)));

/** The conditions, for the API documentation. checkRule() validates them and explains faults. */
const conditions = [
  t.Object({
    field: t.String({ description: "email, city, created_at …, or fields.<key>" }),
    is: t.String({
      description:
        "is, contains, gt, between, in_last_days, known …, depending on the field's type",
    }),
    value: t.Optional(t.Unknown()),
  }),
  t.Object({ tag: t.Integer(), has }),
  t.Object({
    list: t.Integer(),
    status: t.Optional(literals("subscribed", "pending", "unsubscribed", "any")),
    has,
  }),
  t.Object({
    mail: literals("sent", "delivered", "opened", "clicked"),
    has,
    campaigns: t.Optional(t.Array(t.Integer())),
    link: t.Optional(t.Integer({ description: "Number of a link in the single given campaign" })),
    machines: t.Optional(
      t.Boolean({ description: "True to also count opens and clicks by proxies and scanners" }),
    ),
    ...span,
  }),
  t.Object({
    status: literals("mailable", "unsubscribed", "hard_bounce", "complaint", "manual", "unclear"),
    has,
  }),
  t.Object({
    event: t.String(),
    has,
    where: t.Optional(
      t.Array(
        t.Object({
          property: t.String(),
          is: literals("is", "contains", "gt", "gte", "lt", "lte", "known"),
          value: t.Optional(t.Union([t.String(), t.Number(), t.Boolean()])),
        }),
      ),
    ),
    ...span,
  }),
];

/**
 * A tree, for which schema validation gives no helpful errors. The schema only documents the shape, and checkRule()
 * validates it.
 */
export const RuleSchema = t.Unsafe<Rule>(
  t.Unknown({
    title: "SegmentRule",
    description: `{ "op": "and" | "or", "rules": [rule, …] }, { "op": "not", "rule": rule }, or a condition. At most ${MAX_DEPTH} levels deep, with at most ${MAX_CONDITIONS} conditions.`,
    examples: [
      {
        op: "and",
        rules: [
          { mail: "opened", withinDays: 30 },
          { tag: 1, has: false },
        ],
      },
    ],
    "x-conditions": conditions,
  }),
);

const nullable = <T extends Parameters<typeof t.Array>[0]>(type: T) => t.Union([type, t.Null()]);

export const SegmentSchema = t.Object(
  {
    id: t.Number(),
    name: t.String(),
    description: t.String(),
    kind: t.Union([t.Literal("live"), t.Literal("static")], {
      description: "live: conditions that are evaluated each time. static: a fixed set of contacts",
    }),
    rule: RuleSchema,
    words: t.String({ description: "The rule as a sentence" }),
    problems: t.Array(FieldProblemSchema, {
      description:
        "Deleted objects that the rule refers to. The segment selects nobody until this is fixed",
    }),
    state: t.Union([t.Literal("filling"), t.Literal("ready")]),
    memberCount: nullable(t.Number({ description: "Number of contacts at the time countedAt" })),
    countedAt: nullable(t.Number()),
    campaigns: t.Number({ description: "Number of campaigns that use it" }),
    createdAt: t.Number(),
    updatedAt: t.Number(),
  },
  { title: "Segment" },
);
export const SegmentPage = pageOf(SegmentSchema);

const language = {
  language: t.Optional(
    t.Union([t.Literal("en"), t.Literal("de")], {
      description: "Language of `words`; en if left out",
    }),
  ),
};
export const LanguageQuery = t.Object(language);
export const SegmentQuery = t.Object({
  ...pageQuery,
  ...language,
  q: t.Optional(t.String({ maxLength: 100 })),
});

const name = t.String({ minLength: 1, maxLength: 200 });
const description = t.String({ maxLength: 500 });
export const NewSegmentBody = t.Object({
  name,
  description: t.Optional(description),
  rule: RuleSchema,
});
export const SegmentChangeBody = t.Object({
  name: t.Optional(name),
  description: t.Optional(description),
  rule: t.Optional(RuleSchema),
});
export const PreviewBody = t.Object({ rule: RuleSchema });
export const PreviewResult = t.Object(
  {
    count: t.Number(),
    sample: t.Array(ContactSchema),
    words: t.String(),
    tookMs: t.Number(),
    indexing: t.Array(t.String(), {
      description:
        "Labels of fields whose index is being built; until it is ready, counting takes longer",
    }),
  },
  { title: "SegmentPreview" },
);
export const CountResult = t.Object({ count: t.Number(), countedAt: t.Number() });
export const FreezeBody = t.Object({ name });
export const FreezeResult = t.Object({ id: t.Number(), task: TaskSchema });
export const SegmentUse = t.Object({
  campaigns: t.Array(t.Object({ id: t.Number(), name: t.String(), status: t.String() })),
});

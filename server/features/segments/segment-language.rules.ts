// The language of segment rules. Validated by segment-check.rules.ts, worded by segment-words.rules.ts, compiled to
// SQL by segment-compile.store.ts.

/** A rule selects contacts. It is a tree of conditions. */
export type Rule = Group | Negation | Condition;
export type Group = { op: "and" | "or"; rules: Rule[] };
export type Negation = { op: "not"; rule: Rule };
export type Condition =
  | FieldCondition
  | TagCondition
  | ListCondition
  | MailCondition
  | StatusCondition
  | EventCondition;

/** A condition on contact data. `field` is a built-in name, or `fields.<key>` for a custom field. */
export type FieldCondition = { field: string; is: Operator; value?: OperandValue };
export type OperandValue = string | number | boolean | string[] | [number, number];

export type TagCondition = { tag: number; has: boolean };
export type ListCondition = { list: number; status: ListStatus; has: boolean };

/**
 * Messages to the contact: which campaigns, how many, and since when. Automated opens and clicks only count when
 * requested.
 */
export type MailCondition = {
  mail: MailKind;
  has: boolean;
  campaigns?: number[];
  /** Number of a link in the single named campaign; for clicks only. */
  link?: number;
  atLeast?: number;
  withinDays?: number;
  machines?: boolean;
};

/** Whether the address may be mailed, or why not. */
export type StatusCondition = { status: StatusName; has: boolean };

/** Events that customers' own systems reported for the contact. */
export type EventCondition = {
  event: string;
  has: boolean;
  where?: PropertyCondition[];
  atLeast?: number;
  withinDays?: number;
};
export type PropertyCondition = {
  property: string;
  is: PropertyOperator;
  value?: string | number | boolean;
};

export const listStatuses = ["subscribed", "pending", "unsubscribed", "any"] as const;
export type ListStatus = (typeof listStatuses)[number];
export const mailKinds = ["sent", "delivered", "opened", "clicked"] as const;
export type MailKind = (typeof mailKinds)[number];
export const statusNames = [
  "mailable",
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "manual",
  "unclear",
] as const;
export type StatusName = (typeof statusNames)[number];
export const propertyOperators = ["is", "contains", "gt", "gte", "lt", "lte", "known"] as const;
export type PropertyOperator = (typeof propertyOperators)[number];

/** The maximum nesting of groups and negations, and the maximum number of conditions in a rule. */
export const MAX_DEPTH = 6;
export const MAX_CONDITIONS = 100;
export const MAX_VALUES = 200;
export const MAX_VALUE_CHARS = 500;
export const MAX_DAYS = 3_650;
export const MAX_COUNT = 10_000;

/** The value types of fields. An instant is a point in time, a date a calendar day. */
export type ValueKind =
  | "text"
  | "number"
  | "boolean"
  | "choice"
  | "multi_choice"
  | "date"
  | "instant";

const presence = ["known", "unknown"] as const;
const textOperators = [
  "is",
  "is_not",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
] as const;
const dateOperators = [
  "on",
  "before",
  "after",
  "between_dates",
  "in_last_days",
  "more_than_days_ago",
  "in_next_days",
] as const;

/** The operators of each value type. */
export const operators = {
  text: [...textOperators, ...presence],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "between", ...presence],
  boolean: ["is_true", "is_false", ...presence],
  choice: ["is", "is_not", ...presence],
  multi_choice: ["has_any", "has_all", "has_none", ...presence],
  date: [...dateOperators, "anniversary_in_days", ...presence],
  instant: dateOperators,
} as const satisfies Record<ValueKind, readonly string[]>;
export type Operator = (typeof operators)[ValueKind][number];

/** The fields that every contact has. */
export const builtInFields = {
  email: "text",
  domain: "text",
  first_name: "text",
  last_name: "text",
  language: "text",
  time_zone: "text",
  country: "text",
  city: "text",
  source: "text",
  created_at: "instant",
} as const satisfies Record<string, ValueKind>;
export type BuiltInField = keyof typeof builtInFields;

/** A custom field as rules see it. */
export type KnownField = {
  key: string;
  label: string;
  type: "text" | "number" | "boolean" | "date" | "choice" | "multi_choice" | "url";
  choices: string[];
};

/** The value type of the field in a condition; undefined when there is no such field. */
export function kindOf(field: string, custom: readonly KnownField[]): ValueKind | undefined {
  if (Object.hasOwn(builtInFields, field)) {
    return builtInFields[field as BuiltInField];
  }
  const key = customKeyOf(field);
  const type = custom.find((one) => one.key === key)?.type;
  return type === "url" ? "text" : type;
}

/** The key of a custom field; undefined for a built-in one. */
export const customKeyOf = (field: string): string | undefined =>
  field.startsWith("fields.") ? field.slice("fields.".length) : undefined;

export const isGroup = (rule: Rule): rule is Group =>
  "op" in rule && (rule.op === "and" || rule.op === "or");
export const isNegation = (rule: Rule): rule is Negation => "op" in rule && rule.op === "not";

/** All conditions of a rule, from left to right. */
export function conditionsOf(rule: Rule): Condition[] {
  if (isGroup(rule)) {
    return rule.rules.flatMap(conditionsOf);
  }
  return isNegation(rule) ? conditionsOf(rule.rule) : [rule];
}

/** Lower-cases A..Z only, which is how texts are compared both in SQLite and here. */
export const foldAscii = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

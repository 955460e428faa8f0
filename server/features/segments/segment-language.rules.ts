// The language of segments: what a rule can say. Checked by segment-check.rules.ts, put into words by
// segment-words.rules.ts, compiled to SQL by segment-compile.store.ts.

/** A rule finds people; it is a tree of conditions. */
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

/** Something the contact says about itself. `field` is a built-in name, or `fields.<key>` of a custom field. */
export type FieldCondition = { field: string; is: Operator; value?: OperandValue };
export type OperandValue = string | number | boolean | string[] | [number, number];

export type TagCondition = { tag: number; has: boolean };
export type ListCondition = { list: number; status: ListStatus; has: boolean };

/** Messages to the contact: how many campaigns, which, since when. Opens and clicks of machines count only if asked. */
export type MailCondition = {
  mail: MailKind;
  has: boolean;
  campaigns?: number[];
  /** Number of a link in the one campaign named; of clicks only. */
  link?: number;
  atLeast?: number;
  withinDays?: number;
  machines?: boolean;
};

/** Whether the address may be mailed, or why not. */
export type StatusCondition = { status: StatusName; has: boolean };

/** What customers' own systems say that the contact did. */
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

/** How deep groups and negations may nest, and how many conditions a rule may have in all. */
export const MAX_DEPTH = 6;
export const MAX_CONDITIONS = 100;
export const MAX_VALUES = 200;
export const MAX_VALUE_CHARS = 500;
export const MAX_DAYS = 3_650;
export const MAX_COUNT = 10_000;

/** The kinds of value that fields have. An instant is a point in time, a date a day of the calendar. */
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

/** What can be asked of each kind of value. */
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

/** What a contact has without any custom field. */
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

/** A custom field as rules know it. */
export type KnownField = {
  key: string;
  label: string;
  type: "text" | "number" | "boolean" | "date" | "choice" | "multi_choice" | "url";
  choices: string[];
};

/** The kind of a field that a condition names; undefined when there is no such field. */
export function kindOf(field: string, custom: readonly KnownField[]): ValueKind | undefined {
  if (Object.hasOwn(builtInFields, field)) {
    return builtInFields[field as BuiltInField];
  }
  const key = customKeyOf(field);
  const type = custom.find((one) => one.key === key)?.type;
  return type === "url" ? "text" : type;
}

/** The key of a custom field, undefined for a built-in one. */
export const customKeyOf = (field: string): string | undefined =>
  field.startsWith("fields.") ? field.slice("fields.".length) : undefined;

export const isGroup = (rule: Rule): rule is Group =>
  "op" in rule && (rule.op === "and" || rule.op === "or");
export const isNegation = (rule: Rule): rule is Negation => "op" in rule && rule.op === "not";

/** Every condition of a rule, from left to right. */
export function conditionsOf(rule: Rule): Condition[] {
  if (isGroup(rule)) {
    return rule.rules.flatMap(conditionsOf);
  }
  return isNegation(rule) ? conditionsOf(rule.rule) : [rule];
}

/** A..Z in small letters and nothing else changed: how texts are compared, in SQLite and here alike. */
export const foldAscii = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

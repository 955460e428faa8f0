import type { Field } from "../../choices.ts";
import type {
  Condition,
  FieldCondition,
  ListCondition,
  MailCondition,
  PropertyCondition,
  StatusCondition,
} from "./use-segments.ts";

// The parts of the segment language that the builder offers. Types come from the server; segment-language.test.ts
// checks that nothing is missing here.

/** The maximum nesting of groups, counting the outermost. A negation takes one more level. */
export const MAX_GROUP_DEPTH = 5;

export type Operator = FieldCondition["is"];
export type FieldValue = NonNullable<FieldCondition["value"]>;

/** URLs have the operators of texts; an instant is the type of `created_at`. */
export type ValueKind = Exclude<Field["type"], "url"> | "instant";

export const listStatuses = [
  "subscribed",
  "pending",
  "unsubscribed",
  "any",
] as const satisfies ListCondition["status"][];
export const statusNames = [
  "mailable",
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "manual",
  "unclear",
] as const satisfies StatusCondition["status"][];
export const mailKinds = [
  "opened",
  "clicked",
  "delivered",
  "sent",
] as const satisfies MailCondition["mail"][];
export const propertyOperators = [
  "is",
  "contains",
  "gt",
  "gte",
  "lt",
  "lte",
  "known",
] as const satisfies PropertyCondition["is"][];

const dates = [
  "in_last_days",
  "more_than_days_ago",
  "on",
  "before",
  "after",
  "between_dates",
  "in_next_days",
] as const;
const presence = ["known", "unknown"] as const;

/** The operators of each value type, most common first. */
export const operators = {
  text: ["is", "is_not", "contains", "not_contains", "starts_with", "ends_with", ...presence],
  number: ["eq", "ne", "gt", "gte", "lt", "lte", "between", ...presence],
  boolean: ["is_true", "is_false", ...presence],
  choice: ["is", "is_not", ...presence],
  multi_choice: ["has_any", "has_all", "has_none", ...presence],
  date: [...dates, "anniversary_in_days", ...presence],
  instant: dates,
} as const satisfies Record<ValueKind, readonly Operator[]>;

export const builtIn = [
  "email",
  "domain",
  "first_name",
  "last_name",
  "language",
  "time_zone",
  "country",
  "city",
  "source",
  "created_at",
] as const;

export function kindOf(field: string, fields: readonly Field[]): ValueKind {
  if (field === "created_at") {
    return "instant";
  }
  const type = fields.find(({ key }) => `fields.${key}` === field)?.type;
  return type === undefined || type === "url" ? "text" : type;
}

/** The default operator for a field. */
export function firstAsked(field: string, fields: readonly Field[]): Condition {
  const kind = kindOf(field, fields);
  const [is] = operators[kind];
  return { field, is, ...valueFor(is, kind) };
}

/** A default value that suits an operator; nothing for an operator without a value. */
export function valueFor(is: Operator, kind: ValueKind): { value?: FieldValue } {
  if (/^(known|unknown|is_true|is_false)$/.test(is)) {
    return {};
  }
  if (/_days|_ago/.test(is)) {
    return { value: 30 };
  }
  if (is === "between") {
    return { value: [0, 100] };
  }
  if (is === "between_dates") {
    return { value: ["", ""] };
  }
  if (kind === "number") {
    return { value: 0 };
  }
  return { value: /^(is|is_not|has_any|has_all|has_none)$/.test(is) ? [] : "" };
}

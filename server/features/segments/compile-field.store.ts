import {
  type Bind,
  type CompileContext,
  type IdQuery,
  scopeCondition,
} from "./compile-query.store.ts";
import { anniversaries, dayRange, timeRange } from "./segment-dates.rules.ts";
import {
  type BuiltInField,
  builtInFields,
  customKeyOf,
  type FieldCondition,
  foldAscii,
  kindOf,
  type ValueKind,
} from "./segment-language.rules.ts";

/** The value that a condition compares: its SQL, when it counts as present, and its index. */
type Value = { sql: string; known: string; kind: ValueKind; table: string };

const columns: Record<BuiltInField, string> = {
  email: "address",
  domain: "domain",
  first_name: "first_name",
  last_name: "last_name",
  language: "language",
  time_zone: "time_zone",
  country: "country",
  city: "city",
  source: "source",
  created_at: "created_at",
};

const opposite: Partial<Record<FieldCondition["is"], FieldCondition["is"]>> = {
  is_not: "is",
  not_contains: "contains",
  ne: "eq",
  has_none: "has_any",
  unknown: "known",
};

/** The contacts that match a condition on a field; for a negative condition, those that are excluded. */
export function fieldSet(
  condition: FieldCondition,
  context: CompileContext,
  bind: Bind,
): { query: IdQuery; isNegative: boolean } {
  const positive = opposite[condition.is];
  const asked = positive === undefined ? condition : { ...condition, is: positive };
  const value = readValue(condition.field, context);
  const test = testOf(asked, value, context, bind);
  const sql: IdQuery["sql"] = (scope) => {
    // A range of contacts is read from the table by id; all contacts are read from the index, if there is one.
    const table = scope === "everybody" ? value.table : "contact NOT INDEXED";
    return `SELECT id FROM ${table} WHERE ${value.known} AND ${test}${scopeCondition("id", scope)}`;
  };
  return { query: { sql, isLive: true }, isNegative: positive !== undefined };
}

function readValue(field: string, context: CompileContext): Value {
  const kind = kindOf(field, context.fields);
  if (kind === undefined) {
    throw new Error(`there is no field ${field}`);
  }
  if (Object.hasOwn(builtInFields, field)) {
    const sql = columns[field as BuiltInField];
    const known = kind === "instant" ? "1" : `${sql} <> ''`;
    return { sql, known, kind, table: "contact" };
  }
  const key = customKeyOf(field);
  const custom = context.fields.find((one) => one.key === key);
  if (custom === undefined) {
    throw new Error(`there is no field ${field}`);
  }
  const { sql, index } = custom;
  const table = index === undefined ? "contact NOT INDEXED" : `contact INDEXED BY ${index}`;
  return { sql, known: `${sql} IS NOT NULL`, kind, table };
}

function testOf(
  condition: FieldCondition,
  value: Value,
  context: CompileContext,
  bind: Bind,
): string {
  if (condition.is === "known") {
    return "1";
  }
  switch (value.kind) {
    case "text":
    case "choice":
      return textTest(condition, value.sql, bind);
    case "number":
      return numberTest(condition, value.sql, bind);
    case "boolean":
      return `${value.sql} = ${condition.is === "is_true" ? 1 : 0}`;
    case "multi_choice":
      return choicesTest(condition, value.sql, bind);
    case "date":
      return dateTest(condition, value.sql, context, bind);
    case "instant":
      return instantTest(condition, value.sql, context, bind);
  }
}

function textTest({ is, value }: FieldCondition, sql: string, bind: Bind): string {
  if (is === "is") {
    const list = bind(JSON.stringify(value));
    return `${sql} COLLATE NOCASE IN (SELECT value FROM json_each(${list}))`;
  }
  const text = bind(foldAscii(String(value)));
  switch (is) {
    case "contains":
      return `instr(lower(${sql}), ${text}) > 0`;
    case "starts_with":
      return `substr(lower(${sql}), 1, length(${text})) = ${text}`;
    case "ends_with":
      return `substr(lower(${sql}), -length(${text})) = ${text}`;
    default:
      throw new Error(`a text cannot be compared with "${is}"`);
  }
}

const comparisons = { eq: "=", gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function numberTest({ is, value }: FieldCondition, sql: string, bind: Bind): string {
  if (is === "between") {
    const [from, to] = value as [number, number];
    return `${sql} BETWEEN ${bind(from)} AND ${bind(to)}`;
  }
  if (!Object.hasOwn(comparisons, is)) {
    throw new Error(`a number cannot be compared with "${is}"`);
  }
  return `${sql} ${comparisons[is as keyof typeof comparisons]} ${bind(Number(value))}`;
}

function choicesTest({ is, value }: FieldCondition, sql: string, bind: Bind): string {
  const wanted = bind(JSON.stringify([...new Set(value as string[])]));
  // Invalid JSON should not occur here, but if it does it must not break every segment.
  const chosen = `json_each(CASE WHEN json_valid(${sql}) THEN ${sql} ELSE '[]' END)`;
  const found = `FROM json_each(${wanted}) AS wanted
                  WHERE wanted.value IN (SELECT chosen.value FROM ${chosen} AS chosen)`;
  return is === "has_all"
    ? `(SELECT count(*) ${found}) = json_array_length(${wanted})`
    : `EXISTS (SELECT 1 ${found})`;
}

function dateTest(
  condition: FieldCondition,
  sql: string,
  context: CompileContext,
  bind: Bind,
): string {
  if (condition.is === "anniversary_in_days") {
    const days = bind(JSON.stringify(anniversaries(Number(condition.value), context)));
    return `substr(${sql}, 6) IN (SELECT value FROM json_each(${days}))`;
  }
  const { from, to } = dayRange(condition, context) ?? {};
  return bothEnds(sql, from, to, "<=", bind);
}

function instantTest(
  condition: FieldCondition,
  sql: string,
  context: CompileContext,
  bind: Bind,
): string {
  const days = dayRange(condition, context) ?? {};
  const { from, before } = timeRange(days, context.timeZone);
  return bothEnds(sql, from, before, "<", bind);
}

function bothEnds(
  sql: string,
  from: string | number | undefined,
  to: string | number | undefined,
  end: "<" | "<=",
  bind: Bind,
): string {
  const tests = [
    ...(from === undefined ? [] : [`${sql} >= ${bind(from)}`]),
    ...(to === undefined ? [] : [`${sql} ${end} ${bind(to)}`]),
  ];
  return tests.length === 0 ? "1" : tests.join(" AND ");
}

import { because, type FieldProblem, faultyField, type Reason } from "../../platform/errors.ts";
import {
  type Condition,
  type KnownField,
  kindOf,
  listStatuses,
  MAX_CONDITIONS,
  MAX_COUNT,
  MAX_DAYS,
  MAX_DEPTH,
  MAX_VALUE_CHARS,
  MAX_VALUES,
  mailKinds,
  operators,
  propertyOperators,
  type Rule,
  statusNames,
  type ValueKind,
} from "./segment-language.rules.ts";

/** The objects that a rule can refer to. */
export type Known = {
  fields: readonly KnownField[];
  hasTag: (id: number) => boolean;
  hasList: (id: number) => boolean;
  hasCampaign: (id: number) => boolean;
};

/** Listing more problems than this is of no use. */
const MAX_PROBLEMS = 50;
const MAX_PROPERTIES = 10;

type Json = Record<string, unknown>;
type Say = (path: string, why: Reason) => void;

/**
 * Validates a rule from outside. Every fault is reported with its path (`rule.rules.0.value`), the reason and, if
 * possible, how to fix it. Without faults, `rule` contains only what the language defines.
 */
export function checkRule(
  input: unknown,
  known: Known,
): { rule: Rule; problems: [] } | { rule: undefined; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const say: Say = (field, why) => {
    if (problems.length < MAX_PROBLEMS) {
      problems.push(faultyField(field, why));
    }
  };
  const count = { conditions: 0 };
  const rule = readRule(input, "rule", 1, { known, say, count });
  if (count.conditions > MAX_CONDITIONS) {
    say("rule", because("rule_too_large", { count: count.conditions, max: MAX_CONDITIONS }));
  }
  return rule === undefined || problems.length > 0
    ? { rule: undefined, problems }
    : { rule, problems: [] };
}

type Reader = { known: Known; say: Say; count: { conditions: number } };

function readRule(input: unknown, path: string, depth: number, reader: Reader): Rule | undefined {
  if (!isObject(input)) {
    reader.say(path, because("rule_not_one"));
    return undefined;
  }
  if (!("op" in input)) {
    reader.count.conditions += 1;
    return reader.count.conditions > MAX_CONDITIONS
      ? undefined
      : readCondition(input, path, reader);
  }
  if (depth > MAX_DEPTH) {
    reader.say(path, because("rule_too_deep", { max: MAX_DEPTH }));
    return undefined;
  }
  if (input["op"] === "not") {
    const rule = readRule(input["rule"], `${path}.rule`, depth + 1, reader);
    return rule && { op: "not", rule };
  }
  return readGroup(input, path, depth, reader);
}

function readGroup(input: Json, path: string, depth: number, reader: Reader): Rule | undefined {
  const { op, rules } = input;
  if (op !== "and" && op !== "or") {
    reader.say(`${path}.op`, because("rule_none_of", { options: "and, or, not" }));
    return undefined;
  }
  if (!Array.isArray(rules) || rules.length === 0) {
    reader.say(`${path}.rules`, because("group_empty"));
    return undefined;
  }
  if (rules.length > MAX_CONDITIONS) {
    reader.say(
      `${path}.rules`,
      because("group_too_large", { count: rules.length, max: MAX_CONDITIONS }),
    );
    return undefined;
  }
  const read = rules.map((one, i) => readRule(one, `${path}.rules.${i}`, depth + 1, reader));
  const whole = read.filter((one) => one !== undefined);
  return whole.length === read.length ? { op, rules: whole } : undefined;
}

function readCondition(input: Json, path: string, reader: Reader): Condition | undefined {
  // A condition on a list has a status too, so more specific keys come first.
  const named = ["field", "tag", "list", "mail", "event", "status"].filter((kind) => kind in input);
  const kinds = named[0] === "list" ? named.filter((kind) => kind !== "status") : named;
  if (kinds.length !== 1) {
    reader.say(path, because("condition_not_one"));
    return undefined;
  }
  switch (kinds[0]) {
    case "field":
      return readField(input, path, reader);
    case "tag":
      return readReference(input, path, reader, "tag");
    case "list":
      return readReference(input, path, reader, "list");
    case "mail":
      return readMail(input, path, reader);
    case "status":
      return oneOf(input["status"], statusNames)
        ? { status: input["status"], has: hasOf(input) }
        : void reader.say(
            `${path}.status`,
            because("rule_none_of", { options: statusNames.join(", ") }),
          );
    default:
      return readEvent(input, path, reader);
  }
}

function readReference(
  input: Json,
  path: string,
  { known, say }: Reader,
  what: "tag" | "list",
): Condition | undefined {
  const id = input[what];
  const isKnown = what === "tag" ? known.hasTag : known.hasList;
  if (!isId(id) || !isKnown(id)) {
    say(`${path}.${what}`, because(`condition_${what}_gone`));
    return undefined;
  }
  if (what === "tag") {
    return { tag: id, has: hasOf(input) };
  }
  const status = input["status"] ?? "subscribed";
  if (!oneOf(status, listStatuses)) {
    say(`${path}.status`, because("rule_none_of", { options: listStatuses.join(", ") }));
    return undefined;
  }
  return { list: id, status, has: hasOf(input) };
}

function readField(input: Json, path: string, { known, say }: Reader): Condition | undefined {
  const { field, is } = input;
  const kind = typeof field === "string" ? kindOf(field, known.fields) : undefined;
  if (typeof field !== "string" || kind === undefined) {
    say(`${path}.field`, because("condition_field_gone"));
    return undefined;
  }
  const allowed: readonly string[] = operators[kind];
  if (typeof is !== "string" || !allowed.includes(is)) {
    say(`${path}.is`, because("condition_operator", { options: allowed.join(", ") }));
    return undefined;
  }
  const value = readValue(is, input["value"], kind, `${path}.value`, say);
  if (value === undefined) {
    return undefined;
  }
  // The operator is one of this kind's, which was checked above.
  return value === NOTHING ? ({ field, is } as Condition) : ({ field, is, value } as Condition);
}

const NOTHING = Symbol("no value");
type Operand = string | number | boolean | (string | number)[] | typeof NOTHING;

function readValue(
  is: string,
  value: unknown,
  kind: ValueKind,
  path: string,
  say: Say,
): Operand | undefined {
  if (["known", "unknown", "is_true", "is_false"].includes(is)) {
    return NOTHING;
  }
  if (/^(in_last_days|more_than_days_ago|in_next_days|anniversary_in_days)$/.test(is)) {
    return readNumber(value, path, say, { whole: true, min: 0, max: MAX_DAYS });
  }
  if (/^(on|before|after)$/.test(is)) {
    return readDay(value, path, say);
  }
  if (is === "between_dates" || is === "between") {
    return is === "between"
      ? readPair(value, path, say, readNumber)
      : readPair(value, path, say, readDay);
  }
  if (kind === "number") {
    return readNumber(value, path, say);
  }
  return /^(is|is_not|has_any|has_all|has_none)$/.test(is)
    ? readTexts(value, path, say)
    : readText(value, path, say);
}

function readPair<T extends string | number>(
  value: unknown,
  path: string,
  say: Say,
  read: (one: unknown, path: string, say: Say) => T | undefined,
): T[] | undefined {
  if (!Array.isArray(value) || value.length !== 2) {
    say(path, because("operand_no_pair"));
    return undefined;
  }
  const [from, to] = [read(value[0], `${path}.0`, say), read(value[1], `${path}.1`, say)];
  if (from === undefined || to === undefined) {
    return undefined;
  }
  if (from > to) {
    say(path, because("operand_turned"));
    return undefined;
  }
  return [from, to];
}

function readTexts(value: unknown, path: string, say: Say): string[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > MAX_VALUES) {
    say(
      path,
      list.length === 0 ? because("empty") : because("operand_too_many", { max: MAX_VALUES }),
    );
    return undefined;
  }
  const read = list.map((one, i) => readText(one, `${path}.${i}`, say));
  const whole = read.filter((one) => one !== undefined);
  return whole.length === read.length ? whole : undefined;
}

function readText(value: unknown, path: string, say: Say): string | undefined {
  if (typeof value !== "string" || value === "") {
    say(path, because("operand_empty"));
    return undefined;
  }
  if (value.length > MAX_VALUE_CHARS || /\p{Cc}|\p{Cs}/u.test(value)) {
    say(path, because("operand_too_long", { max: MAX_VALUE_CHARS }));
    return undefined;
  }
  return value;
}

function readNumber(
  value: unknown,
  path: string,
  say: Say,
  { whole = false, min = -1e15, max = 1e15 } = {},
): number | undefined {
  const fits =
    typeof value === "number" &&
    Number.isFinite(value) &&
    value >= min &&
    value <= max &&
    (!whole || Number.isInteger(value));
  if (!fits) {
    say(path, whole ? because("operand_no_integer", { min, max }) : because("operand_no_number"));
    return undefined;
  }
  return value;
}

function readDay(value: unknown, path: string, say: Say): string | undefined {
  const text = typeof value === "string" ? value : "";
  const [, year = 0, month = 0, day = 0] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(
    Number,
  );
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = year >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!exists) {
    say(path, because("operand_no_date"));
    return undefined;
  }
  return text;
}

function readMail(input: Json, path: string, reader: Reader): Condition | undefined {
  const { mail, campaigns, link, machines } = input;
  const { say, known } = reader;
  if (!oneOf(mail, mailKinds)) {
    return void say(`${path}.mail`, because("rule_none_of", { options: mailKinds.join(", ") }));
  }
  const ids = campaigns === undefined ? [] : Array.isArray(campaigns) ? campaigns : [campaigns];
  const unknown = ids.findIndex((id) => !isId(id) || !known.hasCampaign(id));
  if (unknown !== -1 || ids.length > MAX_VALUES) {
    return void say(`${path}.campaigns.${unknown}`, because("condition_campaign_gone"));
  }
  if (link !== undefined && (mail !== "clicked" || ids.length !== 1 || !isId(link))) {
    return void say(`${path}.link`, because("condition_link"));
  }
  const span = readSpan(input, path, say);
  const engages = mail === "opened" || mail === "clicked";
  return (
    span && {
      mail,
      has: hasOf(input),
      ...(ids.length === 0 ? {} : { campaigns: ids as number[] }),
      ...(link === undefined ? {} : { link: Number(link) }),
      ...span,
      ...(engages && machines === true ? { machines: true } : {}),
    }
  );
}

function readEvent(input: Json, path: string, { say }: Reader): Condition | undefined {
  const { event, where = [] } = input;
  const name = readText(event, `${path}.event`, say);
  const span = readSpan(input, path, say);
  if (!Array.isArray(where) || where.length > MAX_PROPERTIES) {
    return void say(`${path}.where`, because("condition_properties", { max: MAX_PROPERTIES }));
  }
  const read = where.map((one, i) => readProperty(one, `${path}.where.${i}`, say));
  const whole = read.filter((one) => one !== undefined);
  if (name === undefined || span === undefined || whole.length !== read.length) {
    return undefined;
  }
  return {
    event: name,
    has: hasOf(input),
    ...(whole.length === 0 ? {} : { where: whole }),
    ...span,
  };
}

function readProperty(input: unknown, path: string, say: Say) {
  const { property, is, value } = isObject(input) ? input : {};
  if (typeof property !== "string" || !/^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(property)) {
    return void say(`${path}.property`, because("condition_property"));
  }
  if (!oneOf(is, propertyOperators)) {
    return void say(
      `${path}.is`,
      because("rule_none_of", { options: propertyOperators.join(", ") }),
    );
  }
  if (is === "known") {
    return { property, is };
  }
  if (is === "is" && typeof value === "boolean") {
    return { property, is, value };
  }
  const isText = is === "contains" || (is === "is" && typeof value === "string");
  const read = isText
    ? readText(value, `${path}.value`, say)
    : readNumber(value, `${path}.value`, say);
  return read === undefined ? undefined : { property, is, value: read };
}

function readSpan(
  input: Json,
  path: string,
  say: Say,
): { atLeast?: number; withinDays?: number } | undefined {
  const { atLeast, withinDays } = input;
  const limits = { whole: true, min: 1 };
  const n =
    atLeast === undefined
      ? 1
      : readNumber(atLeast, `${path}.atLeast`, say, { ...limits, max: MAX_COUNT });
  const days =
    withinDays === undefined
      ? 0
      : readNumber(withinDays, `${path}.withinDays`, say, { ...limits, max: MAX_DAYS });
  if (n === undefined || days === undefined) {
    return undefined;
  }
  return {
    ...(n === 1 ? {} : { atLeast: n }),
    ...(days === 0 ? {} : { withinDays: days }),
  };
}

const hasOf = (input: Json): boolean => input["has"] !== false;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function oneOf<T extends string>(value: unknown, all: readonly T[]): value is T {
  return all.some((one) => one === value);
}

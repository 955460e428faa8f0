import type { Condition, Rule } from "./segment-language.rules.ts";

/** True of nobody: every contact has an address. */
const NOBODY: Condition = { field: "email", is: "unknown" };
const NEGATIVE: ReadonlySet<string> = new Set(["is_not", "not_contains", "ne", "has_none"]);

type Redact = (text: string) => string;

/**
 * A rule in which no value says what is to be forgotten; undefined when none did. What looked for it finds nobody
 * then. Where it was what people must not have, the whole rule finds nobody, so that forgetting never adds anybody.
 */
export function redactRule(rule: Rule, redact: Redact): Rule | undefined {
  const found = { positive: false, negative: false };
  const clean = redactPart(rule, redact, false, found);
  if (!found.positive && !found.negative) {
    return undefined;
  }
  return found.negative ? { op: "and", rules: [clean, NOBODY] } : clean;
}

type Found = { positive: boolean; negative: boolean };

function redactPart(rule: Rule, redact: Redact, isNegated: boolean, found: Found): Rule {
  if (!("op" in rule)) {
    return redactCondition(rule, redact, isNegated, found);
  }
  if (rule.op === "not") {
    return { op: "not", rule: redactPart(rule.rule, redact, !isNegated, found) };
  }
  const { op, rules } = rule;
  return { op, rules: rules.map((one) => redactPart(one, redact, isNegated, found)) };
}

function redactCondition(
  condition: Condition,
  redact: Redact,
  isNegated: boolean,
  found: Found,
): Condition {
  const json = JSON.stringify(condition);
  const clean = JSON.stringify(condition, (_key, value: unknown) =>
    typeof value === "string" ? redact(value) : value,
  );
  if (clean === json) {
    return condition;
  }
  const isNegative =
    ("has" in condition && !condition.has) || ("is" in condition && NEGATIVE.has(condition.is));
  found[isNegative === isNegated ? "positive" : "negative"] = true;
  return JSON.parse(clean) as Condition;
}

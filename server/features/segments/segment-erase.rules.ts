import type { Condition, Rule } from "./segment-language.rules.ts";

/** Matches nobody, because every contact has an address. */
const NOBODY: Condition = { field: "email", is: "unknown" };
/** Nobody else has the erased address or can get it again, so such a condition keeps its meaning. */
const isOwnAddress = (condition: Condition) =>
  "field" in condition &&
  condition.field === "email" &&
  (condition.is === "is" || condition.is === "is_not");
const NEGATIVE: ReadonlySet<string> = new Set(["is_not", "not_contains", "ne", "has_none"]);

type Redact = (text: string) => string;

/** All texts in a rule. */
export function textsOf(rule: Rule): string[] {
  const texts: string[] = [];
  JSON.stringify(rule, (_key, value: unknown) => {
    if (typeof value === "string") {
      texts.push(value);
    }
    return value;
  });
  return texts;
}

/**
 * Removes erased values from a rule; undefined when it contains none. A condition on such a value then matches
 * nobody. If the value was part of an exclusion, the whole rule matches nobody, so that an erasure never adds anyone.
 */
export function redactRule(rule: Rule, redact: Redact): Rule | undefined {
  const found = { any: false, negative: false };
  const clean = redactPart(rule, redact, false, found);
  if (!found.any) {
    return undefined;
  }
  return found.negative ? { op: "and", rules: [clean, NOBODY] } : clean;
}

type Found = { any: boolean; negative: boolean };

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
  found.any = true;
  found.negative ||= isNegative !== isNegated && !isOwnAddress(condition);
  return JSON.parse(clean) as Condition;
}

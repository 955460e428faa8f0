import {
  allRules,
  categoryNames,
  isCategory,
  type LimitRule,
  type RuleEntry,
  ruleFaults,
  SHIPPED_VERSION,
  type SmtpStage,
  shippedRules,
  tryReply,
} from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, faultyField, invalidField, notFound } from "../../platform/errors.ts";
import { newId } from "../../platform/ids.ts";
import { actionInWords, triggerInWords } from "./limit-rules.rules.ts";
import type { RuleInput } from "./limit-rules.schema.ts";
import { removeRule, storeRule } from "./limit-rules.store.ts";

const MAX_OWN = 100;

/** All rules in the order in which they are checked against a reply. */
export function listRules(system: Connection) {
  return {
    version: SHIPPED_VERSION,
    items: allRules(system).map(viewOf),
    categories: categoryNames,
  };
}

/**
 * Adds a custom rule as the first one.
 *
 * @throws AppError `invalid_input`, `limit_reached` beyond 100.
 */
export function createRule(system: Connection, input: RuleInput, now: number) {
  const rule = checked(input);
  return inTransaction(system, () => {
    const entries = allRules(system);
    if (entries.filter(({ source }) => source === "own").length >= MAX_OWN) {
      throw new AppError("limit_reached", because("too_many_rules", { max: MAX_OWN }));
    }
    const key = `own-${newId()}`;
    const entry: RuleEntry = { rule: { ...rule, key }, enabled: input.enabled, source: "own" };
    storeOrder(system, [entry, ...entries], now);
    return viewOf(entry);
  });
}

/**
 * Changes a rule. Changing a built-in rule creates this instance's own version.
 * @throws AppError `not_found`, `invalid_input`.
 */
export function changeRule(system: Connection, key: string, input: RuleInput, now: number) {
  const rule = checked(input);
  return inTransaction(system, () => {
    const entries = allRules(system);
    const index = requireIndex(entries, key);
    const before = entries[index];
    const next = { ...rule, key };
    const source = before?.source === "own" ? "own" : asShipped(next) ? "shipped" : "changed";
    const entry: RuleEntry = { rule: next, enabled: input.enabled, source };
    storeOrder(system, entries.with(index, entry), now);
    return viewOf(entry);
  });
}

/** Deletes a custom rule, or resets a built-in one. @throws AppError `not_found`. */
export function resetRule(system: Connection, key: string): void {
  inTransaction(system, () => {
    requireIndex(allRules(system), key);
    removeRule(system, key);
  });
}

/** Reorders the rules. @throws AppError `invalid_input` unless each is named exactly once. */
export function orderRules(system: Connection, keys: readonly string[], now: number): void {
  inTransaction(system, () => {
    const byKey = new Map(allRules(system).map((entry) => [entry.rule.key, entry]));
    const ordered = keys.map((key) => byKey.get(key));
    if (new Set(keys).size !== byKey.size || keys.length !== byKey.size) {
      throw invalidField("keys", because("rules_incomplete"));
    }
    storeOrder(
      system,
      ordered.filter((entry) => entry !== undefined),
      now,
    );
  });
}

/**
 * How the rules and the classifier would judge a reply.
 *
 * @throws AppError `invalid_input`.
 */
export function tryRules(
  system: Connection,
  asked: { provider: string; stage: SmtpStage; text: string },
  now: number,
) {
  const trial = tryReply(system, asked, now);
  if (trial === undefined) {
    throw invalidField("text", because("not_a_reply"));
  }
  const { reply, category, rule, actions, verdict } = trial;
  return {
    ...{ code: reply.code, enhanced: reply.enhanced, text: reply.text, category },
    rule: rule === undefined ? null : { key: rule.key, name: rule.name },
    fires: rule === undefined ? "" : triggerInWords(rule.trigger),
    actions: actions.map(actionInWords),
    outcome: {
      state: verdict.state,
      category: verdict.category,
      dueInMs: verdict.dueAt === undefined ? null : Math.max(0, verdict.dueAt - now),
      suppresses: verdict.suppress !== undefined,
      counts: verdict.strike !== undefined,
    },
  };
}

function checked({ enabled: _, category, ...rest }: RuleInput): Omit<LimitRule, "key"> {
  if (category !== undefined && !isCategory(category)) {
    throw invalidField("category", because("not_a_category"));
  }
  const rule = { ...rest, ...(category === undefined ? {} : { category }) };
  const faults = ruleFaults(rule);
  const [first] = faults;
  if (first !== undefined) {
    const fields = faults.map(({ field, why }) => faultyField(field, why));
    throw new AppError("invalid_input", first.why, { fields });
  }
  return rule;
}

function requireIndex(entries: readonly RuleEntry[], key: string): number {
  const index = entries.findIndex(({ rule }) => rule.key === key);
  if (index < 0) {
    throw notFound("limit_rule");
  }
  return index;
}

function storeOrder(system: Connection, entries: readonly RuleEntry[], now: number): void {
  for (const [position, { rule, enabled, source }] of entries.entries()) {
    storeRule(system, {
      ...{ key: rule.key, position, enabled: Number(enabled), version: SHIPPED_VERSION, now },
      rule: source === "shipped" ? null : JSON.stringify(rule),
    });
  }
}

function asShipped(rule: LimitRule): boolean {
  const shipped = shippedRules.find(({ key }) => key === rule.key);
  return shipped !== undefined && Bun.deepEquals(shipped, rule);
}

function viewOf({ rule, enabled, source }: RuleEntry) {
  return { ...rule, enabled, source };
}

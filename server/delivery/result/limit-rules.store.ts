import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { LimitRule } from "./limit-rules.ts";
import { shippedRules } from "./shipped-rules.ts";

type StoredRule = { key: string; position: number; enabled: number; rule: string | null };

/** A rule and its origin: built in, built in but changed by the administrator, or created by the administrator. */
export type RuleEntry = {
  rule: LimitRule;
  enabled: boolean;
  source: "shipped" | "changed" | "own";
};

const selectRules = statement<[], StoredRule>(`
  SELECT key, position, enabled, rule FROM limit_rule ORDER BY position, key
`);

/**
 * All rules in order. Shipped rules are part of the program, so that an upgrade brings its own; the table contains only
 * the administrator's rules and changes to shipped ones.
 */
export function allRules(system: Connection): RuleEntry[] {
  const shipped = new Map(shippedRules.map((rule, i) => [rule.key, { rule, position: i }]));
  const entries: (RuleEntry & { position: number })[] = [];
  for (const stored of selectRules(system).all()) {
    const base = shipped.get(stored.key);
    const rule =
      stored.rule === null
        ? base?.rule
        : { ...(JSON.parse(stored.rule) as LimitRule), key: stored.key };
    const source = base === undefined ? "own" : stored.rule === null ? "shipped" : "changed";
    shipped.delete(stored.key);
    // The row of a rule that is no longer shipped is ignored.
    if (rule !== undefined) {
      entries.push({ rule, enabled: stored.enabled === 1, source, position: stored.position });
    }
  }
  for (const { rule, position } of shipped.values()) {
    entries.push({ rule, enabled: true, source: "shipped", position });
  }
  return entries
    .sort((a, b) => a.position - b.position)
    .map(({ rule, enabled, source }) => ({ rule, enabled, source }));
}

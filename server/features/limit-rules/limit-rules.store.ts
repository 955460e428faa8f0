import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type RuleRow = {
  key: string;
  position: number;
  enabled: number;
  /** JSON; null for an unchanged built-in rule. */
  rule: string | null;
  version: number;
  now: number;
};

const upsertRule = statement<[RuleRow]>(`
  INSERT INTO limit_rule (key, position, enabled, rule, version, updated_at)
  VALUES (@key, @position, @enabled, @rule, @version, @now)
      ON CONFLICT (key) DO UPDATE
     SET position = excluded.position, enabled = excluded.enabled, rule = excluded.rule,
         version = excluded.version, updated_at = excluded.updated_at
`);

export function storeRule(system: Connection, row: RuleRow): void {
  upsertRule(system).run(row);
}

const deleteRule = statement<[key: string]>("DELETE FROM limit_rule WHERE key = ?");

export function removeRule(system: Connection, key: string): void {
  deleteRule(system).run(key);
}

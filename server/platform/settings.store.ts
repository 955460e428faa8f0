import type { Connection } from "./db/driver.ts";
import { statement } from "./db/statements.ts";

const selectSetting = statement<[key: string], { value: string }>(`
  SELECT value FROM setting WHERE key = ?
`);

const upsertSetting = statement<[{ key: string; value: string; now: number }]>(`
  INSERT INTO setting (key, value, updated_at) VALUES (@key, @value, @now)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
`);

/**
 * Reads an instance setting; undefined when it was never written. The caller states the type, which must match what
 * `writeSetting` stored.
 */
export function readSetting<T>(system: Connection, key: string): T | undefined {
  const row = selectSetting(system).get(key);
  return row === undefined ? undefined : (JSON.parse(row.value) as T);
}

/** Stores a setting as JSON, replacing the previous value. Secrets in it must already be encrypted. */
export function writeSetting(system: Connection, key: string, value: unknown, now: number): void {
  upsertSetting(system).run({ key, value: JSON.stringify(value), now });
}

import { randomBytes } from "node:crypto";
import type { Connection } from "./driver.ts";
import { statement } from "./statements.ts";

/** The version of `system.db`: `n` counts its relevant changes in the history `history`. */
export type SystemVersion = { history: string; n: number };

const HISTORY_BYTES = 16;

const selectVersion = statement<[], SystemVersion & { isNoted: 0 | 1 }>(`
  SELECT history, n, is_noted AS isNoted FROM system_version
`);

const updateNoted = statement<[]>("UPDATE system_version SET is_noted = 1 WHERE is_noted = 0");

const updateHistory = statement<[history: string]>("UPDATE system_version SET history = ?");

/** The number of changes in the file, and whether the version was ever noted outside the file. */
export function systemVersion(system: Connection): SystemVersion & { isNoted: 0 | 1 } {
  const row = selectVersion(system).get();
  if (row === undefined) {
    throw new Error("the table system_version has lost its row");
  }
  return row;
}

/** Records that the version is now written to the note outside the file. */
export function markNoted(system: Connection): void {
  updateNoted(system).run();
}

/**
 * Starts a new history, because the file is an older copy. The note about the previous history does not apply to it.
 */
export function beginHistory(system: Connection): void {
  updateHistory(system).run(randomBytes(HISTORY_BYTES).toString("hex"));
}

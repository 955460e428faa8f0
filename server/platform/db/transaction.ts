import type { Connection } from "./driver.ts";
import { watchTransaction } from "./statement-watch.ts";

/**
 * Runs `work` in one transaction that takes the write lock at its start (BEGIN IMMEDIATE), so that it
 * never fails half-way because another connection wrote meanwhile. Throws what `work` throws, after
 * rolling back. Nested calls join the outer transaction as a savepoint.
 */
export function inTransaction<T>(db: Connection, work: () => T): T {
  return watchTransaction(db, work, (watched) => db.transaction(watched).immediate());
}

import type { Connection } from "./driver.ts";
import { watchTransaction } from "./statement-watch.ts";

/**
 * Runs `work` in one transaction that takes the write lock at its start (BEGIN IMMEDIATE), so that it cannot fail
 * halfway because another connection wrote in between. Rolls back and rethrows when `work` throws. Nested calls join
 * the outer transaction as a savepoint.
 */
export function inTransaction<T>(db: Connection, work: () => T): T {
  return watchTransaction(db, work, (watched) => db.transaction(watched).immediate());
}

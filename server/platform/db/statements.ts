import type { Statement } from "better-sqlite3";
import type { Connection } from "./driver.ts";

type Bindable = unknown[] | [Record<string, unknown>];

/**
 * Declares one SQL statement; it is prepared on a connection's first use of it and kept as long as
 * that connection lives, because preparing every statement for every workspace would cost 0.5 MB each.
 *
 * Call the result with a connection: `selectContact(db).get(id)`.
 */
export function statement<Params extends Bindable, Row = unknown>(
  sql: string,
): (db: Connection) => Statement<Params, Row> {
  const prepared = new WeakMap<Connection, Statement<Params, Row>>();
  return (db) => {
    let found = prepared.get(db);
    if (found === undefined) {
      found = db.prepare<Params, Row>(sql);
      prepared.set(db, found);
    }
    return found;
  };
}

/**
 * Runs `work` in one transaction that takes the write lock at its start (BEGIN IMMEDIATE), so that it
 * never fails half-way because another connection wrote meanwhile. Throws what `work` throws, after
 * rolling back. Nested calls join the outer transaction as a savepoint.
 */
export function inTransaction<T>(db: Connection, work: () => T): T {
  return db.transaction(work).immediate();
}

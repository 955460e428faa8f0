import type { Statement } from "better-sqlite3";
import type { Connection } from "./driver.ts";

export { inTransaction } from "./transaction.ts";

type Bindable = unknown[] | [Record<string, unknown>];

/**
 * Declares an SQL statement. It is prepared on a connection's first use and kept for the connection's lifetime.
 * Preparing all statements for every workspace in advance would cost 0.5 MB each.
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

import type { Statement } from "better-sqlite3";
import type { Connection } from "./driver.ts";

export { inTransaction } from "./transaction.ts";

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

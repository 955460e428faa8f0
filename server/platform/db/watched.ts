import type { Statement } from "better-sqlite3";
import { asDiskFull } from "../disk-full.ts";
import type { Connection } from "./driver.ts";
import { type FileFault, faultOf } from "./file-fault.ts";

/**
 * Reports every error that indicates a damaged file, from any statement of the connection. The error is still thrown,
 * since the caller must not use what was read.
 */
export function watch(db: Connection, onFault: (fault: FileFault) => void): Connection {
  const guarded =
    <A extends unknown[], R>(work: (...args: A) => R) =>
    (...args: A): R => {
      try {
        return work(...args);
      } catch (thrown) {
        const error = asDiskFull(thrown, db.name);
        const fault = faultOf(error);
        if (fault !== undefined) {
          onFault(fault);
        }
        throw error;
      }
    };
  const prepare = guarded(db.prepare.bind(db));
  db.prepare = ((sql: string) => watchStatement(prepare(sql), guarded)) as Connection["prepare"];
  db.exec = guarded(db.exec.bind(db));
  db.pragma = guarded(db.pragma.bind(db));
  const transaction = db.transaction.bind(db);
  // A transaction's BEGIN and COMMIT are not covered by the wrappers above.
  db.transaction = ((work: () => unknown) => {
    const run = transaction(work);
    const modes = {
      default: guarded(run.default),
      deferred: guarded(run.deferred),
      immediate: guarded(run.immediate),
      exclusive: guarded(run.exclusive),
    };
    return Object.assign(guarded(run), modes);
  }) as Connection["transaction"];
  return db;
}

type Guard = <A extends unknown[], R>(work: (...args: A) => R) => (...args: A) => R;

function watchStatement(statement: Statement, guarded: Guard): Statement {
  statement.run = guarded(statement.run.bind(statement));
  if (statement.reader) {
    statement.get = guarded(statement.get.bind(statement));
    statement.all = guarded(statement.all.bind(statement));
    const iterate = guarded(statement.iterate.bind(statement));
    statement.iterate = (...args) => {
      const rows = iterate(...args);
      rows.next = guarded(rows.next.bind(rows));
      return rows;
    };
  }
  return statement;
}

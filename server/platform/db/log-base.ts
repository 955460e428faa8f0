// SQLite applies a write-ahead log to any main file beside it. If that file is an older copy, pages that were
// checkpointed after the copy was made are missing. The file is then malformed, or its newest rows do not fit its old
// ones, and messages are sent a second time. The main file therefore has a stamp in its header, which can be read
// without the log, and a table in the log records which stamp the main file had when the log was started.
//
// A log starts again, with new salts, only after all of it is in the main file. So a stamp that was committed to an
// earlier log is in every main file that belongs to the current log.
import { type Connection, openConnection } from "./driver.ts";
import { beginningOf, FileFault, faultOf, shapeOf } from "./file-fault.ts";
import { stampIn, stampOf, stampsBetween, writeNextStamp } from "./overwritten.ts";
import { statement } from "./statements.ts";
import { inTransaction } from "./transaction.ts";

// https://www.sqlite.org/fileformat.html §1.3 and §4.1
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;
const LOG_HEADER_BYTES = 32;
const SALTS_OFFSET = 16;
const SALTS_END = 24;
/** A file of this size is read in about a second. A larger one would delay the other workspaces of its thread too long. */
const CHECKED_BYTES = 256 * 1024 * 1024;

/** Opens the file together with its log, and closes it again. */
type Reading = <T>(path: string, look: (db: Connection) => T) => T;
type LogBase = { log: string; base: number | null };

const selectTable = statement<[]>("SELECT 1 FROM sqlite_schema WHERE name = 'log_base'");
const selectBase = statement<[], LogBase>("SELECT log, base FROM log_base");
// The `sure` stamp of an earlier log is in the main file on which this log was started. Which of the two logs contains
// this row is unknown, because the commit itself may start a log. Therefore the current stamp is only noted before it
// is replaced.
const noteStamp = statement<[{ log: string; stamp: number }]>(`
  UPDATE log_base SET base = iif(log = @log, base, sure), sure = @stamp, log = @log
`);

/** Writes a new stamp into a workspace's file that has changed. Must not be called inside a transaction. */
export function stampFile(db: Connection): void {
  beginStamp(db);
  // By now, the new stamp is in the log or already in the main file.
  note(db);
}

/**
 * Like `stampFile`, but with one commit instead of two: the new stamp counts only after the next one is written. For
 * files that change all the time.
 */
export function beginStamp(db: Connection): void {
  note(db, (stamp) => writeNextStamp(db, stamp));
}

function note(db: Connection, then?: (stamp: number) => void): void {
  inTransaction(db, () => {
    // Only a writer starts a log again, so its salts stay the same until the commit.
    const log = saltsOf(`${db.name}-wal`);
    const stamp = stampOf(db);
    if (log !== undefined && stamp !== undefined) {
      noteStamp(db).run({ log, stamp });
      then?.(stamp);
    }
  });
}

/**
 * Finds a main file that does not belong to the log beside it. Must not be called for a file that this process has
 * open. If nothing is known about the log, a file of at most 256 MiB is read from end to end. Changes nothing.
 *
 * @returns the fault; undefined when there is no log, or no fault is found.
 * @throws errors that are not about the file.
 */
export function lookAtLog(path: string, read: Reading = readInPlace): FileFault | undefined {
  const log = saltsOf(`${path}-wal`);
  if (log === undefined) {
    return undefined;
  }
  try {
    const alone = stampIn(beginningOf(path, HEADER_BYTES).readUInt32BE(APPLICATION_ID_OFFSET));
    return read(path, (db) => faultBetween(path, alone, { db, log }));
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) {
      throw error;
    }
    return fault;
  }
}

/**
 * Through a read-only connection, because a writing one would checkpoint the log into the wrong file when it is closed.
 */
function readInPlace<T>(path: string, look: (db: Connection) => T): T {
  const db = openConnection(path, { readonly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

function faultBetween(
  path: string,
  alone: number | undefined,
  { db, log }: { db: Connection; log: string },
): FileFault | undefined {
  const found = selectTable(db).get() === undefined ? undefined : selectBase(db).get();
  const last = stampOf(db);
  if (alone !== undefined && last !== undefined && typeof found?.base === "number") {
    // A stamp between the two also counts, because a checkpoint may have been interrupted.
    if (stampsBetween(found.base, alone) > stampsBetween(found.base, last)) {
      return wrongLog(path);
    }
    if (found.log === log) {
      return undefined;
    }
  }
  if ((shapeOf(path)?.bytes ?? 0) > CHECKED_BYTES) {
    return undefined;
  }
  const said = String(db.pragma("quick_check(1)", { simple: true }));
  return said === "ok" ? undefined : new FileFault("damaged", said);
}

function wrongLog(path: string): FileFault {
  return new FileFault(
    "wrong_log",
    `the file does not belong to ${path}-wal: one of the two is from another time`,
  );
}

/** The salts of a log; undefined when there is no log, or it is empty. */
function saltsOf(log: string): string | undefined {
  return (shapeOf(log)?.bytes ?? 0) > LOG_HEADER_BYTES
    ? beginningOf(log, LOG_HEADER_BYTES).toString("hex", SALTS_OFFSET, SALTS_END)
    : undefined;
}

import { closeSync, fdatasyncSync, openSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";
import { comparePositions, type Position } from "../../platform/journal/segments.ts";

const selectPositions = statement<[], { stream: string; segment: number; offset: number }>(`
  SELECT stream, segment, offset FROM ingest_position
`);

/** The position up to which each stream has been applied to this workspace. */
export function appliedPositions(db: Connection): Map<string, Position> {
  return new Map(
    selectPositions(db)
      .all()
      .map(({ stream, segment, offset }) => [stream, { segment, offset }]),
  );
}

/** Like `appliedPositions`, but empty when they cannot be read; applying the facts will report that error. */
export function knownPositions(db: Connection): Map<string, Position> {
  try {
    return appliedPositions(db);
  } catch {
    // Applying facts reads the positions again, under the write lock.
    return new Map();
  }
}

const upsertPosition = statement<[stream: string, segment: number, offset: number]>(`
  INSERT INTO ingest_position (stream, segment, offset) VALUES (?, ?, ?)
      ON CONFLICT (stream) DO UPDATE SET segment = excluded.segment, offset = excluded.offset
`);

export function savePosition(db: Connection, stream: string, position: Position): void {
  upsertPosition(db).run(stream, position.segment, position.offset);
}

/**
 * Runs `work` with the items that are not applied yet and advances the positions past them, in one transaction. The
 * positions are read under the write lock: exactly-once must not depend on the copy in memory.
 */
export function applyOnce<I extends { stream: string; end: Position }, T>(
  db: Connection,
  candidates: readonly I[],
  work: (items: I[]) => T,
): T {
  return inTransaction(db, () => {
    const applied = appliedPositions(db);
    const items = candidates.filter(({ stream, end }) => {
      const position = applied.get(stream);
      return position === undefined || comparePositions(position, end) < 0;
    });
    const result = work(items);
    for (const [stream, end] of new Map(items.map((item) => [item.stream, item.end]))) {
      savePosition(db, stream, end);
    }
    return result;
  });
}

/**
 * Makes every committed transaction of this file survive a power cut. A WAL commit with synchronous=NORMAL does not; a
 * checkpoint syncs the log first. While a reader holds an older snapshot, the checkpoint may do nothing and sync
 * nothing, so the log is synced here.
 *
 * @returns false when another connection was checkpointing; try again later.
 */
export function syncCommitted(db: Connection): boolean {
  const [row] = db.pragma("wal_checkpoint(PASSIVE)") as Checkpoint[];
  if (row === undefined || row.busy !== 0) {
    return false;
  }
  if (row.checkpointed < row.log) {
    syncLog(`${db.name}-wal`);
  }
  return true;
}

/** Number of pages in the log, and how many of them have been copied into the database file. */
type Checkpoint = { busy: number; log: number; checkpointed: number };

// Opening and closing the log here is safe: SQLite holds no locks on the log file itself.
function syncLog(path: string): void {
  const fd = openSync(path, "r");
  try {
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type ImportState = "uploaded" | "queued" | "running" | "done" | "failed" | "cancelled";

export type ImportRow = {
  id: number;
  fileName: string;
  filePath: string;
  sizeBytes: number;
  state: ImportState;
  settings: string;
  positionBytes: number;
  windowDone: number;
  rowsRead: number;
  progressBytes: number;
  created: number;
  updated: number;
  skipped: number;
  duplicates: number;
  rejected: number;
  /** Rows of people who were erased on request; skipped. */
  erased: number;
  /** Newly suppressed addresses, which the file says must not be mailed. */
  suppressed: number;
  undoState: "none" | "queued" | "done";
  undone: number;
  afterContact: number | null;
  undoCursor: number;
  runStartedAt: number | null;
  runStartRows: number;
  error: string | null;
  createdBy: string;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** JSON of import-check.service.ts; null when no check was requested or the import was started. */
  statusCheck: string | null;
};

/** What one transaction did; counts are increments. */
export type ImportProgress = {
  id: number;
  /** The position of the import before. */
  fromBytes: number;
  fromDone: number;
  positionBytes: number;
  windowDone: number;
  progressBytes: number;
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  duplicates: number;
  rejected: number;
  erased: number;
  suppressed: number;
};

export type RejectRow = { rowNo: number; reason: string; raw: string };

const columns = `id, file_name AS fileName, file_path AS filePath, size_bytes AS sizeBytes, state,
  settings, position_bytes AS positionBytes, window_done AS windowDone, rows_read AS rowsRead,
  progress_bytes AS progressBytes, created_count AS created, updated_count AS updated,
  skipped_count AS skipped, duplicate_count AS duplicates, rejected_count AS rejected, erased_count AS erased,
  suppressed_count AS suppressed, undo_state AS undoState, undone_count AS undone,
  after_contact AS afterContact, undo_cursor AS undoCursor,
  run_started_at AS runStartedAt, run_start_rows AS runStartRows, error, created_by AS createdBy,
  created_at AS createdAt, started_at AS startedAt, finished_at AS finishedAt, status_check AS statusCheck`;

type NewImport = {
  fileName: string;
  filePath: string;
  sizeBytes: number;
  settings: string;
  createdBy: string;
  now: number;
};

const selectToRun = statement<[], { id: number }>(
  "SELECT id FROM import WHERE state IN ('queued', 'running') ORDER BY id",
);
const selectToCheck = statement<[], { id: number }>(
  "SELECT id FROM import WHERE state = 'uploaded' AND status_check ->> 'state' = 'running' ORDER BY id",
);
const selectToUndo = statement<[], { id: number }>(
  "SELECT id FROM import WHERE undo_state = 'queued' ORDER BY id",
);

const insertRow = statement<[NewImport], ImportRow>(`
  INSERT INTO import (file_name, file_path, size_bytes, state, settings, created_by, created_at)
  VALUES (@fileName, @filePath, @sizeBytes, 'uploaded', @settings, @createdBy, @now)
  RETURNING ${columns}
`);

const selectRow = statement<[id: number], ImportRow>(`SELECT ${columns} FROM import WHERE id = ?`);

const selectPage = statement<[before: number, limit: number], ImportRow>(
  `SELECT ${columns} FROM import WHERE id < ? ORDER BY id DESC LIMIT ?`,
);

const setSettings = statement<[settings: string, id: number]>(
  "UPDATE import SET settings = ? WHERE id = ? AND state = 'uploaded'",
);

const setCheck = statement<[check: string, id: number]>(
  "UPDATE import SET status_check = ? WHERE id = ? AND state = 'uploaded'",
);

const swapCheck = statement<[{ id: number; from: string; to: string }]>(`
  UPDATE import SET status_check = @to WHERE id = @id AND state = 'uploaded' AND status_check = @from
`);

const queueRow = statement<[{ id: number; settings: string; now: number }]>(`
  UPDATE import
     SET state = 'queued', settings = @settings, started_at = @now, error = NULL, status_check = NULL
   WHERE id = @id AND state = 'uploaded'
`);

const requeueRow = statement<[{ id: number }]>(`
  UPDATE import SET state = 'queued', error = NULL, finished_at = NULL
   WHERE id = @id AND state = 'failed'
`);

const beginRun = statement<[{ id: number; now: number; sizeBytes: number }]>(`
  UPDATE import
     SET state = 'running', run_started_at = @now, run_start_rows = rows_read, error = NULL,
         size_bytes = @sizeBytes,
         after_contact = ifnull(after_contact, (SELECT ifnull(max(id), 0) FROM contact))
   WHERE id = @id AND state IN ('queued', 'running')
`);

// State and position are part of the WHERE clause and the statement runs in the transaction of the rows. An import
// that was cancelled or taken over by another run therefore writes nothing more.
const moveOn = statement<[ImportProgress]>(`
  UPDATE import
     SET position_bytes = @positionBytes, window_done = @windowDone, progress_bytes = @progressBytes,
         rows_read = rows_read + @rows, created_count = created_count + @created,
         updated_count = updated_count + @updated, skipped_count = skipped_count + @skipped,
         duplicate_count = duplicate_count + @duplicates, rejected_count = rejected_count + @rejected,
         erased_count = erased_count + @erased,
         suppressed_count = suppressed_count + @suppressed
   WHERE id = @id AND state = 'running' AND position_bytes = @fromBytes AND window_done = @fromDone
`);

const closeRow = statement<
  [{ id: number; from: string; state: ImportState; error: string | null; now: number }]
>(`
  UPDATE import
     SET state = @state, error = @error, finished_at = @now, status_check = NULL,
         progress_bytes = CASE @state WHEN 'done' THEN size_bytes ELSE progress_bytes END
   WHERE id = @id AND state IN (SELECT value FROM json_each(@from))
`);

const insertRejectRow = statement<[importId: number, rowNo: number, reason: string, raw: string]>(
  "INSERT INTO import_reject (import_id, row_no, reason, raw) VALUES (?, ?, ?, ?)",
);

const selectRejects = statement<[importId: number, after: number, limit: number], RejectRow>(`
  SELECT row_no AS rowNo, reason, raw FROM import_reject
   WHERE import_id = ? AND row_no > ?
   ORDER BY row_no
   LIMIT ?
`);

type ExistingRow = {
  id: number;
  email: string;
  firstName: string;
  lastName: string;
  language: string;
  fields: string;
  trackingOff: number;
  source: string;
};

const selectExisting = statement<[address: string], ExistingRow>(`
  SELECT id, email, first_name AS firstName, last_name AS lastName, language, fields,
         tracking_off AS trackingOff, source
    FROM contact WHERE address = ?
`);

export function insertImport(db: Connection, row: NewImport): ImportRow {
  const inserted = insertRow(db).get(row);
  if (inserted === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return inserted;
}

/** Imports that were started and have not ended. */
export const importsToRun = (db: Connection): number[] => idsOf(selectToRun(db).all());

/** Uploads whose statuses are being checked. */
export const importsToCheck = (db: Connection): number[] => idsOf(selectToCheck(db).all());

/** Imports that are being undone. */
export const importsToUndo = (db: Connection): number[] => idsOf(selectToUndo(db).all());

function idsOf(rows: readonly { id: number }[]): number[] {
  return rows.map(({ id }) => id);
}

export function findImport(db: Connection, id: number): ImportRow | undefined {
  return selectRow(db).get(id);
}

export function importsBefore(db: Connection, before: number, limit: number): ImportRow[] {
  return selectPage(db).all(before, limit);
}

export function saveSettings(db: Connection, id: number, settings: string): boolean {
  return setSettings(db).run(settings, id).changes === 1;
}

export function saveCheck(db: Connection, id: number, check: string): void {
  setCheck(db).run(check, id);
}

/** Replaces a requested check with its result, unless another check was requested meanwhile. */
export function replaceCheck(db: Connection, id: number, from: string, to: string): void {
  swapCheck(db).run({ id, from, to });
}

/** False when it was already started. */
export function queueImport(db: Connection, id: number, settings: string, now: number): boolean {
  return queueRow(db).run({ id, settings, now }).changes === 1;
}

/** False unless it failed. */
export function requeueImport(db: Connection, id: number): boolean {
  return requeueRow(db).run({ id }).changes === 1;
}

/** False when it was cancelled or has ended. */
export function beginImport(
  db: Connection,
  run: { id: number; now: number; sizeBytes: number },
): boolean {
  return beginRun(db).run(run).changes === 1;
}

/** Records what a transaction did, inside it. When false, the import was cancelled or taken over: roll back. */
export function advanceImport(db: Connection, progress: ImportProgress): boolean {
  return moveOn(db).run(progress).changes === 1;
}

/** Ends an import that is in one of the states `from`; false when it is not. */
export function closeImport(
  db: Connection,
  end: { id: number; from: ImportState[]; state: ImportState; error: string | null; now: number },
): boolean {
  return closeRow(db).run({ ...end, from: JSON.stringify(end.from) }).changes === 1;
}

/** @param raw The row's cells as a JSON array. */
export function insertReject(db: Connection, importId: number, reject: RejectRow): void {
  insertRejectRow(db).run(importId, reject.rowNo, reject.reason, reject.raw);
}

export function rejectsAfter(
  db: Connection,
  importId: number,
  after: number,
  limit: number,
): RejectRow[] {
  return selectRejects(db).all(importId, after, limit);
}

/** The stored values of the contact with this address. */
export function existingContact(db: Connection, address: string): ExistingRow | undefined {
  return selectExisting(db).get(address);
}

const CACHE_KIB = 64 * 1024;
// Half of the HTTP thread's value, so that checkpoints run here; the same pages change again and again.
const CHECKPOINT_PAGES = 4_000;

/**
 * Lets this connection cache more pages and checkpoint less often, because a large import changes the whole address
 * index again and again.
 */
export function tuneForImport(db: Connection): void {
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
}

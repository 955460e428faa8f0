import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type ImportState = "uploaded" | "queued" | "running" | "done" | "failed" | "cancelled";

export type ImportRow = {
  id: number;
  fileName: string;
  filePath: string;
  sizeBytes: number;
  /** The size of the upload itself, and its SHA-256 in hex; null for uploads from before this was kept. */
  uploadBytes: number;
  sha256: string | null;
  state: ImportState;
  settings: string;
  /** Null until it was started. */
  taskId: number | null;
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
  /** JSON of import-undo.ts. */
  undoPosition: string | null;
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

// The state of a started import is in the row of its task. For the size, the task has that of the converted file.
const columns = `i.id, i.file_name AS fileName, i.file_path AS filePath, coalesce(t.total, i.size_bytes) AS sizeBytes,
  i.size_bytes AS uploadBytes, i.sha256,
  coalesce(t.state, iif(i.discarded_at IS NULL, 'uploaded', 'cancelled')) AS state, i.settings, i.task_id AS taskId,
  i.rows_read AS rowsRead, coalesce(t.done_count, 0) AS progressBytes, i.created_count AS created,
  i.updated_count AS updated, i.skipped_count AS skipped, i.duplicate_count AS duplicates,
  i.rejected_count AS rejected, i.erased_count AS erased, i.suppressed_count AS suppressed,
  coalesce(t.undo_state, 'none') AS undoState, coalesce(t.undone_count, 0) AS undone,
  i.after_contact AS afterContact, i.undo_position AS undoPosition,
  i.run_started_at AS runStartedAt, i.run_start_rows AS runStartRows, coalesce(t.error, i.discard_reason) AS error,
  i.created_by AS createdBy, i.created_at AS createdAt, t.created_at AS startedAt,
  coalesce(t.finished_at, i.discarded_at) AS finishedAt, i.status_check AS statusCheck`;
const tables = "import i LEFT JOIN task t ON t.id = i.task_id";
const isUpload = "task_id IS NULL AND discarded_at IS NULL";

type NewImport = {
  fileName: string;
  filePath: string;
  sizeBytes: number;
  sha256: string;
  settings: string;
  createdBy: string;
  now: number;
};

const selectToCheck = statement<[], { id: number }>(
  `SELECT id FROM import WHERE ${isUpload} AND status_check ->> 'state' = 'running' ORDER BY id`,
);

const insertRow = statement<[NewImport], { id: number }>(`
  INSERT INTO import (file_name, file_path, size_bytes, sha256, settings, created_by, created_at)
  VALUES (@fileName, @filePath, @sizeBytes, @sha256, @settings, @createdBy, @now)
  RETURNING id
`);

const selectRow = statement<[id: number], ImportRow>(
  `SELECT ${columns} FROM ${tables} WHERE i.id = ?`,
);

const selectPage = statement<[before: number, limit: number], ImportRow>(
  `SELECT ${columns} FROM ${tables} WHERE i.id < ? ORDER BY i.id DESC LIMIT ?`,
);

const setSettings = statement<[settings: string, id: number]>(
  `UPDATE import SET settings = ? WHERE id = ? AND ${isUpload}`,
);

const setCheck = statement<[check: string, id: number]>(
  `UPDATE import SET status_check = ? WHERE id = ? AND ${isUpload}`,
);

const swapCheck = statement<[{ id: number; from: string; to: string }]>(`
  UPDATE import SET status_check = @to WHERE id = @id AND ${isUpload} AND status_check = @from
`);

const attach = statement<[{ id: number; settings: string; taskId: number }]>(`
  UPDATE import SET task_id = @taskId, settings = @settings, status_check = NULL WHERE id = @id AND ${isUpload}
`);

const beginRunOf = statement<[{ id: number; now: number }]>(`
  UPDATE import
     SET run_started_at = @now, run_start_rows = rows_read,
         after_contact = ifnull(after_contact, (SELECT ifnull(max(id), 0) FROM contact))
   WHERE id = @id
`);

const addCounts = statement<[ImportProgress]>(`
  UPDATE import
     SET rows_read = rows_read + @rows, created_count = created_count + @created,
         updated_count = updated_count + @updated, skipped_count = skipped_count + @skipped,
         duplicate_count = duplicate_count + @duplicates, rejected_count = rejected_count + @rejected,
         erased_count = erased_count + @erased, suppressed_count = suppressed_count + @suppressed
   WHERE id = @id
`);

const discardRow = statement<[{ id: number; reason: string | null; now: number }]>(`
  UPDATE import SET discarded_at = @now, discard_reason = @reason, status_check = NULL WHERE id = @id AND ${isUpload}
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
  const { id } = insertRow(db).get(row) ?? {};
  const inserted = id === undefined ? undefined : findImport(db, id);
  if (inserted === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return inserted;
}

/** Uploads whose statuses are being checked. */
export const importsToCheck = (db: Connection): number[] =>
  selectToCheck(db)
    .all()
    .map(({ id }) => id);

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

/** Replaces a requested check with its result, unless another check was requested in the meantime. */
export function replaceCheck(db: Connection, id: number, from: string, to: string): void {
  swapCheck(db).run({ id, from, to });
}

/** Gives an upload its settings and the task that imports it. False when it was started or discarded already. */
export function attachTask(
  db: Connection,
  started: { id: number; settings: string; taskId: number },
): boolean {
  return attach(db).run(started).changes === 1;
}

/** Notes where a run begins. The first of an import also notes which contacts were there before. */
export function beginRun(db: Connection, id: number, now: number): void {
  beginRunOf(db).run({ id, now });
}

/** Records what a transaction did, inside it. */
export function countRows(db: Connection, progress: ImportProgress): void {
  addCounts(db).run(progress);
}

/** Marks an upload as one that will not be started. False when it was started or discarded already. */
export function discardUpload(
  db: Connection,
  discarded: { id: number; reason: string | null; now: number },
): boolean {
  return discardRow(db).run(discarded).changes === 1;
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

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type ExportState = "queued" | "running" | "done" | "failed" | "cancelled";

export type ExportRow = {
  id: number;
  kind: string;
  settings: string;
  state: ExportState;
  rowsDone: number;
  rowsTotal: number;
  filePath: string | null;
  sizeBytes: number;
  cursor: string | null;
  positionBytes: number;
  error: string | null;
  createdBy: string;
  createdAt: number;
  finishedAt: number | null;
  expiresAt: number | null;
};

const columns = `id, kind, settings, state, rows_done AS rowsDone, rows_total AS rowsTotal,
  file_path AS filePath, size_bytes AS sizeBytes, cursor, position_bytes AS positionBytes, error,
  created_by AS createdBy, created_at AS createdAt, finished_at AS finishedAt,
  expires_at AS expiresAt`;

type NewExport = {
  kind: string;
  settings: string;
  rowsTotal: number;
  filePath: string;
  createdBy: string;
  now: number;
};

const insertRow = statement<[NewExport], ExportRow>(`
  INSERT INTO export (kind, settings, state, rows_total, file_path, created_by, created_at)
  VALUES (@kind, @settings, 'queued', @rowsTotal, @filePath, @createdBy, @now)
  RETURNING ${columns}
`);

const selectRow = statement<[id: number], ExportRow>(`SELECT ${columns} FROM export WHERE id = ?`);

const selectPage = statement<[before: number, limit: number], ExportRow>(
  `SELECT ${columns} FROM export WHERE id < ? ORDER BY id DESC LIMIT ?`,
);

const moveOn = statement<
  [{ id: number; cursor: string | null; by: number; from: number; positionBytes: number }]
>(`
  UPDATE export
     SET state = 'running', cursor = @cursor, rows_done = rows_done + @by,
         position_bytes = @positionBytes
   WHERE id = @id AND state IN ('queued', 'running') AND position_bytes = @from
`);

const closeRow = statement<
  [
    {
      id: number;
      state: ExportState;
      error: string | null;
      now: number;
      expiresAt: number | null;
      sizeBytes: number;
    },
  ]
>(`
  UPDATE export
     SET state = @state, error = @error, finished_at = @now, expires_at = @expiresAt,
         size_bytes = @sizeBytes,
         rows_total = CASE @state WHEN 'done' THEN rows_done ELSE rows_total END
   WHERE id = @id AND state IN ('queued', 'running')
`);

const selectWorkspace = statement<[id: string], { id: string }>(
  "SELECT id FROM workspace WHERE id = ? AND status <> 'deleting'",
);

/** False once the workspace is deleted. Opening its database would then create an empty file of that name. */
export function isWorkspace(system: Connection, id: string): boolean {
  return selectWorkspace(system).get(id) !== undefined;
}

export function insertExport(db: Connection, row: NewExport): ExportRow {
  const inserted = insertRow(db).get(row);
  if (inserted === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return inserted;
}

export function findExport(db: Connection, id: number): ExportRow | undefined {
  return selectRow(db).get(id);
}

export function exportsBefore(db: Connection, before: number, limit: number): ExportRow[] {
  return selectPage(db).all(before, limit);
}

/** Records what is safely in the file. False when the export was cancelled or another run has taken over. */
export function advanceExport(
  db: Connection,
  progress: { id: number; cursor: string | null; by: number; from: number; positionBytes: number },
): boolean {
  return moveOn(db).run(progress).changes === 1;
}

/** False when it has already ended. */
export function closeExport(
  db: Connection,
  end: {
    id: number;
    state: ExportState;
    error: string | null;
    now: number;
    expiresAt: number | null;
    sizeBytes: number;
  },
): boolean {
  return closeRow(db).run(end).changes === 1;
}

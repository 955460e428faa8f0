import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** The task of an export with its file. */
export type ExportRow = {
  id: number;
  payload: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  rowsDone: number;
  rowsTotal: number;
  fileName: string;
  sizeBytes: number;
  error: string | null;
  createdBy: string;
  createdAt: number;
  finishedAt: number | null;
  expiresAt: number | null;
};

// There are fewer files than tasks, so they are read first.
const SELECT = `
  SELECT t.id, t.payload, t.state, t.done_count AS rowsDone,
         CASE t.state WHEN 'done' THEN t.done_count ELSE coalesce(t.total, 0) END AS rowsTotal,
         f.name AS fileName, f.size_bytes AS sizeBytes, t.error, t.created_by AS createdBy,
         t.created_at AS createdAt, t.finished_at AS finishedAt, f.expires_at AS expiresAt
    FROM task_file f CROSS JOIN task t ON t.id = f.task_id AND t.kind = 'export'`;

const selectRow = statement<[id: number], ExportRow>(`${SELECT} WHERE f.task_id = ?`);

const selectPage = statement<[before: number, limit: number], ExportRow>(
  `${SELECT} WHERE f.task_id < ? ORDER BY f.task_id DESC LIMIT ?`,
);

const selectWorkspace = statement<[id: string], { id: string }>(
  "SELECT id FROM workspace WHERE id = ? AND status <> 'deleting'",
);

/** False once the workspace is deleted. Opening its database would then create an empty file of that name. */
export function isWorkspace(system: Connection, id: string): boolean {
  return selectWorkspace(system).get(id) !== undefined;
}

export const findExport = (db: Connection, id: number): ExportRow | undefined =>
  selectRow(db).get(id);

export const exportsBefore = (db: Connection, before: number, limit: number): ExportRow[] =>
  selectPage(db).all(before, limit);

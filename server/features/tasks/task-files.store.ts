import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type FileRow = { name: string; sizeBytes: number; expiresAt: number | null };

const insertRow = statement<[taskId: number, name: string]>(
  "INSERT INTO task_file (task_id, name) VALUES (?, ?)",
);

const selectRow = statement<[taskId: number], FileRow>(
  "SELECT name, size_bytes AS sizeBytes, expires_at AS expiresAt FROM task_file WHERE task_id = ?",
);

type Written = { taskId: number; sizeBytes: number; expiresAt: number | null };
const updateRow = statement<[Written]>(
  "UPDATE task_file SET size_bytes = @sizeBytes, expires_at = @expiresAt WHERE task_id = @taskId",
);

export function insertFile(db: Connection, taskId: number, name: string): void {
  insertRow(db).run(taskId, name);
}

export const findFile = (db: Connection, taskId: number): FileRow | undefined =>
  selectRow(db).get(taskId);

/** Records the length that is safely written, in the transaction of the step that wrote it. */
export function updateFile(db: Connection, written: Written): void {
  updateRow(db).run(written);
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export const taskKinds = [
  "field_rename",
  "field_remove",
  "field_index",
  "tag_apply",
  "tag_merge",
  "tag_remove",
  "segment_fill",
] as const;
export type TaskKind = (typeof taskKinds)[number];
export type TaskState = "queued" | "running" | "done" | "failed" | "cancelled";

export type TaskRow = {
  id: number;
  kind: TaskKind;
  payload: string;
  state: TaskState;
  cursor: string | null;
  doneCount: number;
  total: number | null;
  error: string | null;
  createdBy: string;
  createdAt: number;
  finishedAt: number | null;
};

const columns = `id, kind, payload, state, cursor, done_count AS doneCount, total, error,
  created_by AS createdBy, created_at AS createdAt, finished_at AS finishedAt`;

const insertRow = statement<
  [{ kind: TaskKind; payload: string; total: number | null; by: string; now: number }],
  TaskRow
>(`
  INSERT INTO audience_task (kind, payload, state, total, created_by, created_at)
  VALUES (@kind, @payload, 'queued', @total, @by, @now)
  RETURNING ${columns}
`);

const selectRow = statement<[id: number], TaskRow>(
  `SELECT ${columns} FROM audience_task WHERE id = ?`,
);

const selectSame = statement<[kind: TaskKind, payload: string], TaskRow>(`
  SELECT ${columns} FROM audience_task
   WHERE state IN ('queued', 'running') AND kind = ? AND payload = ?
`);

const selectOpen = statement<[], TaskRow>(`
  SELECT ${columns} FROM audience_task WHERE state IN ('queued', 'running') ORDER BY id DESC LIMIT 50
`);

const moveOn = statement<[{ id: number; cursor: string | null; by: number }]>(`
  UPDATE audience_task
     SET state = 'running', cursor = @cursor, done_count = done_count + @by
   WHERE id = @id AND state IN ('queued', 'running')
`);

const close = statement<[{ id: number; state: TaskState; error: string | null; now: number }]>(`
  UPDATE audience_task
     SET state = @state, error = @error, finished_at = @now
   WHERE id = @id AND state IN ('queued', 'running')
`);

export function insertTask(
  db: Connection,
  task: { kind: TaskKind; payload: string; total: number | null; by: string; now: number },
): TaskRow {
  const row = insertRow(db).get(task);
  if (row === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return row;
}

export const findTask = (db: Connection, id: number): TaskRow | undefined => selectRow(db).get(id);

/** The task with this work that waits or runs, if there is one. */
export const findSameTask = (db: Connection, kind: TaskKind, payload: string) =>
  selectSame(db).get(kind, payload);

/** Tasks that wait or run, newest first. */
export const openTasks = (db: Connection): TaskRow[] => selectOpen(db).all();

/** Records progress, in the transaction of the contacts. False when the task was cancelled meanwhile. */
export function advanceTask(
  db: Connection,
  progress: { id: number; cursor: string | null; by: number },
): boolean {
  return moveOn(db).run(progress).changes === 1;
}

/** False when it is closed already. */
export function closeTask(
  db: Connection,
  end: { id: number; state: TaskState; error: string | null; now: number },
): boolean {
  return close(db).run(end).changes === 1;
}

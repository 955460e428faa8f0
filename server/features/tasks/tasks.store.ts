import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { TaskName } from "./tasks.schema.ts";

export type TaskState = "queued" | "running" | "done" | "failed" | "cancelled";

export type TaskRow = {
  id: number;
  kind: TaskName;
  payload: string;
  state: TaskState;
  cursor: string | null;
  doneCount: number;
  total: number | null;
  error: string | null;
  createdBy: string;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  undoUntil: number | null;
  undoState: "none" | "queued" | "done";
  undoneCount: number;
};

type NewTask = {
  kind: TaskName;
  payload: string;
  total: number | null;
  by: string;
  now: number;
  undoUntil: number | null;
};
type Progress = {
  id: number;
  cursor: string | null;
  by: number;
  total: number | null;
  now: number;
};
type End = { id: number; state: TaskState; error: string | null; now: number };

const columns = `id, kind, payload, state, cursor, done_count AS doneCount, total, error,
  created_by AS createdBy, created_at AS createdAt, started_at AS startedAt,
  finished_at AS finishedAt, undo_until AS undoUntil, undo_state AS undoState,
  undone_count AS undoneCount`;

const insertRow = statement<[NewTask], TaskRow>(`
  INSERT INTO task (kind, payload, state, total, created_by, created_at, undo_until)
  VALUES (@kind, @payload, 'queued', @total, @by, @now, @undoUntil)
  RETURNING ${columns}
`);

const selectRow = statement<[id: number], TaskRow>(`SELECT ${columns} FROM task WHERE id = ?`);

const formerly = (kinds: string) =>
  statement<[formerId: number], { id: number }>(
    `SELECT id FROM task WHERE former_id = ? AND kind ${kinds}`,
  );
const selectFormer = {
  export: formerly("= 'export'"),
  privacy_request: formerly("IN ('person_export', 'person_erase')"),
  audience_task: formerly("NOT IN ('export', 'person_export', 'person_erase', 'import')"),
  import: formerly("= 'import'"),
};
export type FormerTable = keyof typeof selectFormer;
export const formerTables = Object.keys(selectFormer) as FormerTable[];

const selectSame = statement<[kind: TaskName, payload: string], TaskRow>(`
  SELECT ${columns} FROM task
   WHERE state IN ('queued', 'running') AND kind = ? AND payload = ?
`);

const selectNewest = statement<[kinds: string, limit: number], TaskRow>(`
  SELECT ${columns} FROM task
   WHERE kind IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?
`);

const selectOpen = statement<[kinds: string, limit: number], TaskRow>(`
  SELECT ${columns} FROM task
   WHERE (state IN ('queued', 'running') OR undo_state = 'queued')
     AND kind IN (SELECT value FROM json_each(?))
   ORDER BY id DESC LIMIT ?
`);

const moveOn = statement<[Progress]>(`
  UPDATE task
     SET state = 'running', cursor = @cursor, done_count = done_count + @by,
         total = coalesce(@total, total),
         started_at = coalesce(started_at, @now)
   WHERE id = @id AND state IN ('queued', 'running')
`);

const close = statement<[End]>(`
  UPDATE task SET state = @state, error = @error, finished_at = @now
   WHERE id = @id AND state IN ('queued', 'running')
`);

const giveUp = statement<[{ id: number; error: string | null }]>(
  "UPDATE task SET state = 'cancelled', error = @error WHERE id = @id AND state = 'failed'",
);

const goOn = statement<[id: number]>(`
  UPDATE task SET state = 'queued', error = NULL, finished_at = NULL
   WHERE id = ? AND state = 'failed' AND undo_state <> 'queued'
`);

const queueUndoing = statement<[{ id: number; now: number }]>(`
  UPDATE task SET undo_state = 'queued'
   WHERE id = @id AND undo_state = 'none' AND undo_until > @now AND state NOT IN ('queued', 'running')
`);

const moveUndoOn = statement<[by: number, id: number]>(
  "UPDATE task SET undone_count = undone_count + ? WHERE id = ?",
);

const endUndo = statement<[id: number]>(
  "UPDATE task SET undo_state = 'done', undo_until = NULL WHERE id = ?",
);

type Old = { before: number; limit: number; kept: string };
const deleteOld = statement<[Old]>(`
  DELETE FROM task WHERE id IN (
    SELECT id FROM task
     WHERE finished_at < @before AND state NOT IN ('queued', 'running') AND undo_state <> 'queued'
       AND kind NOT IN (SELECT value FROM json_each(@kept))
     LIMIT @limit)
`);

const resetOpen = statement<[{ kind: TaskName; cursor: string }], { id: number }>(`
  UPDATE task SET cursor = @cursor, done_count = 0
   WHERE kind = @kind AND state IN ('queued', 'running')
  RETURNING id
`);

export function insertTask(db: Connection, task: NewTask): TaskRow {
  const row = insertRow(db).get(task);
  if (row === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return row;
}

export const findTask = (db: Connection, id: number): TaskRow | undefined => selectRow(db).get(id);

/** The current id of a task that had another id in the former table of its kind. */
export const findFormerTask = (
  db: Connection,
  formerId: number,
  table: FormerTable,
): number | undefined => selectFormer[table](db).get(formerId)?.id;

/** A waiting or running task with the same work, if any. */
export const findSameTask = (db: Connection, kind: TaskName, payload: string) =>
  selectSame(db).get(kind, payload);

/** The newest tasks of these kinds, newest first. */
export const newestTasks = (db: Connection, kinds: readonly TaskName[], limit: number): TaskRow[] =>
  selectNewest(db).all(JSON.stringify(kinds), limit);

/** Tasks of these kinds that are waiting, running or being undone, newest first. */
export const openTasks = (db: Connection, kinds: readonly TaskName[], limit: number): TaskRow[] =>
  selectOpen(db).all(JSON.stringify(kinds), limit);

/** Records progress, in the transaction of the work. */
export function advanceTask(db: Connection, progress: Progress): void {
  moveOn(db).run(progress);
}

/** False when it has already ended. */
export function closeTask(db: Connection, end: End): boolean {
  return close(db).run(end).changes === 1;
}

/** Cancels a failed task. False for any other. */
export function giveUpTask(db: Connection, id: number, error: string | null): boolean {
  return giveUp(db).run({ id, error }).changes === 1;
}

/** Queues a failed task again. False for any other task, and while it is being undone. */
export const queueAgain = (db: Connection, id: number): boolean => goOn(db).run(id).changes === 1;

/** False when it is still running, was undone, cannot be undone, or can no longer be undone. */
export function queueUndo(db: Connection, id: number, now: number): boolean {
  return queueUndoing(db).run({ id, now }).changes === 1;
}

/** Records what was undone, in the same transaction. */
export function advanceUndo(db: Connection, id: number, by: number): void {
  moveUndoOn(db).run(by, id);
}

/** Deletes some of the tasks that ended before that time. Returns how many. */
export const deleteOldTasks = (db: Connection, old: Old): number => deleteOld(db).run(old).changes;

/** Gives the open tasks of a kind a cursor from which they start again. Returns them. */
export const startAgain = (db: Connection, kind: TaskName, cursor: string): { id: number }[] =>
  resetOpen(db).all({ kind, cursor });

export function finishUndo(db: Connection, id: number): void {
  endUndo(db).run(id);
}

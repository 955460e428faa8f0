import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** What the task's own row does not show. */
export type StoredEvent =
  | "resumed"
  | "continued"
  | "restarted"
  | "erased"
  | "failed"
  | "cancelled"
  | "undo_requested"
  | "undone";

export type LogRow = {
  at: number;
  event: StoredEvent;
  actorId: string | null;
  doneCount: number;
  times: number;
};
type NewLine = { id: number; at: number; event: StoredEvent; actorId: string | null };

// The same event twice in a row is one line, so that a task that is often interrupted for others keeps a short log.
const countAgain = statement<[NewLine]>(`
  UPDATE task_log
     SET times = times + 1, at = @at, done_count = (SELECT done_count FROM task WHERE id = @id)
   WHERE task_id = @id AND event = @event AND actor_id IS @actorId
     AND no = (SELECT max(no) FROM task_log WHERE task_id = @id)
`);

const insertLine = statement<[NewLine]>(`
  INSERT INTO task_log (task_id, no, at, event, actor_id, done_count)
  SELECT id, 1 + (SELECT coalesce(max(no), 0) FROM task_log WHERE task_id = @id), @at, @event, @actorId, done_count
    FROM task WHERE id = @id
`);

const selectLines = statement<[id: number], LogRow>(`
  SELECT at, event, actor_id AS actorId, done_count AS doneCount, times FROM task_log WHERE task_id = ? ORDER BY no
`);

/**
 * Adds a line to a task's log, in the transaction of the event that it records. `actorId` is null for the server
 * itself.
 */
export function addLine(db: Connection, line: NewLine): void {
  if (countAgain(db).run(line).changes === 0) {
    insertLine(db).run(line);
  }
}

/** The lines of a task, oldest first. */
export const linesOf = (db: Connection, id: number): LogRow[] => selectLines(db).all(id);

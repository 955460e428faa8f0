import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type BulkActionName =
  | "delete"
  | "add_to_list"
  | "remove_from_list"
  | "suppress"
  | "set_field"
  | "add_tag"
  | "remove_tag";
export type BulkState = "queued" | "running" | "done" | "failed" | "cancelled";

export type BulkRow = {
  id: number;
  action: BulkActionName;
  filter: string;
  listId: number | null;
  /** JSON: `tagId`, or `field` and `value`. */
  settings: string;
  state: BulkState;
  cursor: string | null;
  doneCount: number;
  error: string | null;
  createdBy: string;
  createdAt: number;
  finishedAt: number | null;
  undoUntil: number | null;
  undoState: "none" | "queued" | "done";
  undoneCount: number;
};

const columns = `id, action, filter, list_id AS listId, state, cursor, done_count AS doneCount, error,
  created_by AS createdBy, created_at AS createdAt, finished_at AS finishedAt, settings,
  undo_until AS undoUntil, undo_state AS undoState, undone_count AS undoneCount`;

type NewBulk = {
  action: BulkActionName;
  filter: string;
  listId: number | null;
  settings: string;
  state: "queued" | "running";
  by: string;
  now: number;
  undoUntil: number;
};

const insertRow = statement<[NewBulk], BulkRow>(`
  INSERT INTO bulk_action (action, filter, list_id, settings, state, created_by, created_at, undo_until)
  VALUES (@action, @filter, @listId, @settings, @state, @by, @now, @undoUntil)
  RETURNING ${columns}
`);

const selectNewest = statement<[limit: number], BulkRow>(
  `SELECT ${columns} FROM bulk_action ORDER BY id DESC LIMIT ?`,
);

const selectRow = statement<[id: number], BulkRow>(
  `SELECT ${columns} FROM bulk_action WHERE id = ?`,
);

const moveOn = statement<[{ id: number; cursor: string | null; by: number }]>(`
  UPDATE bulk_action
     SET state = 'running', cursor = @cursor, done_count = done_count + @by
   WHERE id = @id AND state IN ('queued', 'running')
`);

const close = statement<[{ id: number; state: BulkState; error: string | null; now: number }]>(`
  UPDATE bulk_action
     SET state = @state, error = @error, finished_at = @now
   WHERE id = @id AND state IN ('queued', 'running')
`);

export function insertBulkAction(db: Connection, action: NewBulk): BulkRow {
  const row = insertRow(db).get(action);
  if (row === undefined) {
    throw new Error("SQLite returned no row for an INSERT");
  }
  return row;
}

export function newestBulkActions(db: Connection, limit: number): BulkRow[] {
  return selectNewest(db).all(limit);
}

export function findBulkAction(db: Connection, id: number): BulkRow | undefined {
  return selectRow(db).get(id);
}

/** Records progress, in the transaction of the contacts. False when the action was cancelled meanwhile. */
export function advanceBulkAction(
  db: Connection,
  progress: { id: number; cursor: string | null; by: number },
): boolean {
  return moveOn(db).run(progress).changes === 1;
}

/** False when it is closed already. */
export function closeBulkAction(
  db: Connection,
  end: { id: number; state: BulkState; error: string | null; now: number },
): boolean {
  return close(db).run(end).changes === 1;
}

-- Imports become tasks. How far a started import is, how it ended and its undo are in the row of its task; the table
-- keeps what only an import has.

ALTER TABLE import ADD COLUMN task_id INTEGER REFERENCES task (id);  -- NULL until it is started
ALTER TABLE import ADD COLUMN discarded_at INTEGER;                  -- an upload that will not be started
ALTER TABLE import ADD COLUMN discard_reason TEXT;                   -- NULL = a person cancelled it
ALTER TABLE import ADD COLUMN undo_position TEXT;                    -- JSON: {"contact"} or, after those, {"address"}

UPDATE import SET discarded_at = coalesce(finished_at, created_at), discard_reason = error
 WHERE state = 'cancelled' AND started_at IS NULL AND rows_read = 0;

-- An import can be undone without a time limit (the end of the year 9999). One that was running goes on at its position.
INSERT INTO task (kind, payload, state, cursor, done_count, total, error, created_by, created_at, started_at, finished_at,
                  undo_until, undo_state, undone_count, former_id)
  SELECT 'import', json_object('importId', id), state,
         CASE WHEN state <> 'done' AND run_started_at IS NOT NULL
              THEN json_object('bytes', position_bytes, 'done', window_done) END,
         progress_bytes, size_bytes, error, created_by, coalesce(started_at, created_at),
         CASE WHEN run_started_at IS NOT NULL THEN coalesce(started_at, run_started_at) END, finished_at,
         CASE undo_state WHEN 'done' THEN NULL ELSE 253402300799000 END, undo_state, undone_count, id
    FROM import WHERE state <> 'uploaded' AND discarded_at IS NULL ORDER BY id;
UPDATE import SET task_id = (SELECT t.id FROM task t WHERE t.kind = 'import' AND t.former_id = import.id);
UPDATE import SET undo_position = json_object('contact', undo_cursor) WHERE undo_cursor > 0;
CREATE UNIQUE INDEX import_task ON import (task_id);

ALTER TABLE import DROP COLUMN state;
ALTER TABLE import DROP COLUMN position_bytes;
ALTER TABLE import DROP COLUMN window_done;
ALTER TABLE import DROP COLUMN progress_bytes;
ALTER TABLE import DROP COLUMN error;
ALTER TABLE import DROP COLUMN started_at;
ALTER TABLE import DROP COLUMN finished_at;
ALTER TABLE import DROP COLUMN undo_state;
ALTER TABLE import DROP COLUMN undo_cursor;
ALTER TABLE import DROP COLUMN undone_count;

-- Exports become tasks. The file that a task writes is in a table beside it.

-- Files under local/exports/. Writers: features/tasks, and features/privacy on erasure.
CREATE TABLE task_file (
  task_id    INTEGER PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  size_bytes INTEGER NOT NULL DEFAULT 0,         -- its length at the task's cursor; 0 once it has been erased
  expires_at INTEGER                             -- NULL until the task is done
) STRICT;

-- The new ids are above all that a task or an export ever had, so that an old id never names another export: links and
-- waiting jobs still contain them. An export that was not finished starts again.
INSERT INTO task (id, kind, payload, state, done_count, total, error, created_by, created_at, started_at, finished_at,
                  former_id)
  SELECT id + (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name IN ('task', 'export')),
         'export', json_set(settings, '$.kind', kind),
         CASE state WHEN 'running' THEN 'queued' ELSE state END,
         CASE WHEN state IN ('queued', 'running') THEN 0 ELSE rows_done END, rows_total, error, created_by, created_at,
         CASE WHEN state IN ('queued', 'running') THEN NULL ELSE created_at END, finished_at, id
    FROM export ORDER BY id;
INSERT INTO task_file (task_id, name, size_bytes, expires_at)
  SELECT t.id, e.file_path, e.size_bytes, e.expires_at
    FROM export e JOIN task t ON t.kind = 'export' AND t.former_id = e.id
   WHERE e.file_path IS NOT NULL
   ORDER BY t.id;

DROP TABLE export;

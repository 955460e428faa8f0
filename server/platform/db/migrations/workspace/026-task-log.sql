-- What happened to a task between its start and its end, in a few lines. Writer: features/tasks.
CREATE TABLE task_log (
  task_id    INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
  no         INTEGER NOT NULL,                   -- 1 = the first line
  at         INTEGER NOT NULL,
  event      TEXT NOT NULL,                      -- StoredEvent in features/tasks/task-log.store.ts
  actor_id   TEXT,                               -- NULL = the server itself
  done_count INTEGER NOT NULL,                   -- how far the task was
  times      INTEGER NOT NULL DEFAULT 1,         -- the same event again and again is one line
  PRIMARY KEY (task_id, no)
) STRICT, WITHOUT ROWID;

-- One table for long work: bulk actions on contacts and audience tasks become tasks of one machine.

-- Writer: features/tasks. What a kind of task needs of its own is in `payload`.
CREATE TABLE task (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL,                    -- taskNames in features/tasks/tasks.schema.ts
  payload      TEXT NOT NULL,                    -- JSON
  state        TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  cursor       TEXT,                             -- advances in the same transaction as the work
  done_count   INTEGER NOT NULL DEFAULT 0,
  total        INTEGER,                          -- an estimate
  error        TEXT,
  created_by   TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  started_at   INTEGER,
  finished_at  INTEGER,
  undo_until   INTEGER,                          -- task_undo is kept until then; NULL = cannot be undone
  undo_state   TEXT NOT NULL DEFAULT 'none' CHECK (undo_state IN ('none', 'queued', 'done')),
  undone_count INTEGER NOT NULL DEFAULT 0,
  former_id    INTEGER                           -- its id in audience_task, which jobs queued before still name
) STRICT;
CREATE INDEX task_open ON task (id) WHERE state IN ('queued', 'running') OR undo_state = 'queued';

-- Bulk actions keep their ids: `bulk:<id>` is the source of suppressions and memberships. One that applied to listed
-- contacts and was interrupted has no job that would finish it.
INSERT INTO task (id, kind, payload, state, cursor, done_count, error, created_by, created_at, started_at, finished_at,
                  undo_until, undo_state, undone_count)
  SELECT id,
         CASE action WHEN 'delete' THEN 'contact_delete' WHEN 'suppress' THEN 'contact_suppress'
                     WHEN 'add_to_list' THEN 'list_add' WHEN 'remove_from_list' THEN 'list_remove'
                     WHEN 'set_field' THEN 'field_set' ELSE 'tag_apply' END,
         CASE action
           WHEN 'add_to_list' THEN json_object('filter', json(nullif(filter, '')), 'listId', list_id)
           WHEN 'remove_from_list' THEN json_object('filter', json(nullif(filter, '')), 'listId', list_id)
           WHEN 'set_field' THEN json_object('filter', json(nullif(filter, '')),
                                             'field', settings ->> 'field', 'value', json(settings -> 'value'))
           WHEN 'add_tag' THEN json_object('filter', json(nullif(filter, '')),
                                           'add', json_array(settings ->> 'tagId'), 'remove', json_array())
           WHEN 'remove_tag' THEN json_object('filter', json(nullif(filter, '')),
                                              'add', json_array(), 'remove', json_array(settings ->> 'tagId'))
           ELSE json_object('filter', json(nullif(filter, ''))) END,
         CASE WHEN filter = '' AND state = 'running' THEN 'cancelled' ELSE state END,
         cursor, done_count, error, created_by, created_at,
         CASE state WHEN 'queued' THEN NULL ELSE created_at END, finished_at,
         undo_until, undo_state, undone_count
    FROM bulk_action;
INSERT INTO task (kind, payload, state, cursor, done_count, total, error, created_by, created_at, started_at,
                  finished_at, former_id)
  SELECT kind, payload, state, cursor, done_count, total, error, created_by, created_at,
         CASE state WHEN 'queued' THEN NULL ELSE created_at END, finished_at, id
    FROM audience_task ORDER BY id;

-- What a task changed, per contact. Writers: features/contacts, and features/privacy on erasure.
CREATE TABLE task_undo (
  task_id    INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL,                   -- also of deleted contacts, so not a foreign key
  before     TEXT NOT NULL,                      -- JSON: Before in contact-undo.store.ts
  PRIMARY KEY (task_id, contact_id)
) STRICT, WITHOUT ROWID;
INSERT INTO task_undo (task_id, contact_id, before)
  SELECT action_id, contact_id,
         CASE WHEN before -> 'tagged' IS NOT NULL
              THEN json_object('tagged', json_array(before ->> 'tagged'), 'untagged', json_array())
              WHEN before -> 'untagged' IS NOT NULL
              THEN json_object('tagged', json_array(), 'untagged', json_array(before ->> 'untagged'))
              ELSE before END
    FROM bulk_undo;
CREATE INDEX task_undo_contact ON task_undo (contact_id);

DROP TABLE bulk_undo;
DROP TABLE bulk_action;
DROP TABLE audience_task;

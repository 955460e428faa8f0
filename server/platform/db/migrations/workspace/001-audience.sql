-- The contacts of one workspace.

-- address is the normalised form: domain as A-label in lower case, local part case-folded.
-- Writers: features/contacts (imports, forms and privacy write through its stores), features/preferences.
CREATE TABLE contact (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  email        TEXT NOT NULL,                    -- as the person wrote it
  address      TEXT NOT NULL UNIQUE,
  domain       TEXT NOT NULL,                    -- of address
  first_name   TEXT NOT NULL DEFAULT '',
  last_name    TEXT NOT NULL DEFAULT '',
  language     TEXT NOT NULL DEFAULT '',
  fields       TEXT NOT NULL DEFAULT '{}',       -- JSON; the keys are those of contact_field
  tracking_off INTEGER NOT NULL DEFAULT 0 CHECK (tracking_off IN (0, 1)),
  source       TEXT NOT NULL DEFAULT '',         -- for example 'import:12', 'api', 'manual'
  name_key     TEXT NOT NULL DEFAULT '',         -- 'first last', case-folded, for searches by prefix
  last_key     TEXT NOT NULL DEFAULT '',         -- 'last first', case-folded
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_created ON contact (created_at, id);
CREATE INDEX contact_domain ON contact (domain, id);
CREATE INDEX contact_name ON contact (name_key, id) WHERE name_key <> '';
CREATE INDEX contact_last_name ON contact (last_key, id) WHERE last_key <> '';

-- Totals that would otherwise require a scan. Writers: features/contacts ('contacts'), triggers
-- ('suppression:<reason>').
CREATE TABLE audience_count (
  name TEXT PRIMARY KEY,
  n    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO audience_count VALUES ('contacts', 0), ('suppression:unsubscribed', 0),
  ('suppression:hard_bounce', 0), ('suppression:complaint', 0), ('suppression:manual', 0);

-- Writer: features/contacts.
CREATE TABLE contact_field (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL UNIQUE,               -- [a-z][a-z0-9_]{0,39}; its name in templates
  label      TEXT NOT NULL,
  type       TEXT NOT NULL CHECK (type IN ('text', 'number', 'boolean', 'date', 'choice')),
  choices    TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL
) STRICT;

-- Writer: features/lists.
CREATE TABLE list (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT NOT NULL,
  name_key    TEXT NOT NULL UNIQUE,              -- case-folded name
  description TEXT NOT NULL DEFAULT '',
  pending_count      INTEGER NOT NULL DEFAULT 0, -- triggers on list_contact maintain all three
  subscribed_count   INTEGER NOT NULL DEFAULT 0,
  unsubscribed_count INTEGER NOT NULL DEFAULT 0,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;

-- Writers: features/lists (imports, forms and preferences write through its store), and the ingester, which ends
-- memberships.
CREATE TABLE list_contact (
  list_id    INTEGER NOT NULL REFERENCES list (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  status     TEXT NOT NULL CHECK (status IN ('pending', 'subscribed', 'unsubscribed')),
  changed_at INTEGER NOT NULL,
  source     TEXT NOT NULL DEFAULT '',
  reason     TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (list_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_contact_by_contact ON list_contact (contact_id, list_id);

-- Memberships have several writers (users, imports, the ingester, the cascade of a deleted contact), so triggers
-- maintain the counts.
CREATE TRIGGER list_contact_added AFTER INSERT ON list_contact BEGIN
  UPDATE list SET pending_count = pending_count + (NEW.status = 'pending'),
                  subscribed_count = subscribed_count + (NEW.status = 'subscribed'),
                  unsubscribed_count = unsubscribed_count + (NEW.status = 'unsubscribed')
   WHERE id = NEW.list_id;
END;
CREATE TRIGGER list_contact_moved AFTER UPDATE OF status ON list_contact WHEN NEW.status <> OLD.status BEGIN
  UPDATE list SET pending_count = pending_count + (NEW.status = 'pending') - (OLD.status = 'pending'),
                  subscribed_count = subscribed_count + (NEW.status = 'subscribed') - (OLD.status = 'subscribed'),
                  unsubscribed_count = unsubscribed_count + (NEW.status = 'unsubscribed') - (OLD.status = 'unsubscribed')
   WHERE id = NEW.list_id;
END;
CREATE TRIGGER list_contact_removed AFTER DELETE ON list_contact BEGIN
  UPDATE list SET pending_count = pending_count - (OLD.status = 'pending'),
                  subscribed_count = subscribed_count - (OLD.status = 'subscribed'),
                  unsubscribed_count = unsubscribed_count - (OLD.status = 'unsubscribed')
   WHERE id = OLD.list_id;
END;

-- Addresses that must not be mailed, whether or not they belong to a contact. Writers: features/suppressions,
-- features/privacy (on erasure), and the ingester (bounces, complaints, unsubscribes).
CREATE TABLE suppression (
  address    TEXT PRIMARY KEY,
  reason     TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'hard_bounce', 'complaint', 'manual')),
  source     TEXT NOT NULL DEFAULT '',           -- 'campaign:7', 'import:3', 'manual'
  detail     TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX suppression_created ON suppression (created_at, address);
CREATE INDEX suppression_reason ON suppression (reason, address);

CREATE TRIGGER suppression_added AFTER INSERT ON suppression BEGIN
  UPDATE audience_count SET n = n + 1 WHERE name = 'suppression:' || NEW.reason;
END;
CREATE TRIGGER suppression_changed AFTER UPDATE OF reason ON suppression WHEN NEW.reason <> OLD.reason BEGIN
  UPDATE audience_count SET n = n - 1 WHERE name = 'suppression:' || OLD.reason;
  UPDATE audience_count SET n = n + 1 WHERE name = 'suppression:' || NEW.reason;
END;
CREATE TRIGGER suppression_removed AFTER DELETE ON suppression BEGIN
  UPDATE audience_count SET n = n - 1 WHERE name = 'suppression:' || OLD.reason;
END;

-- An action on every contact that matches a filter, run as a job. Writer: features/contacts.
CREATE TABLE bulk_action (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  action      TEXT NOT NULL CHECK (action IN ('delete', 'add_to_list', 'remove_from_list', 'suppress')),
  filter      TEXT NOT NULL,                     -- JSON: ContactFilter
  list_id     INTEGER,
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  cursor      TEXT,                              -- advances in the same transaction as its contacts
  done_count  INTEGER NOT NULL DEFAULT 0,
  error       TEXT,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

-- Writer: features/imports.
CREATE TABLE import (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  file_name       TEXT NOT NULL,
  file_path       TEXT NOT NULL,                 -- name under local/imports/; the file is deleted when finished
  size_bytes      INTEGER NOT NULL,              -- once running: of the UTF-8 form that is read
  state           TEXT NOT NULL CHECK (state IN ('uploaded', 'queued', 'running', 'done', 'failed', 'cancelled')),
  settings        TEXT NOT NULL DEFAULT '{}',    -- JSON: encoding, delimiter, mapping, update or skip, lists
  position_bytes  INTEGER NOT NULL DEFAULT 0,    -- resume point: start of the current window in the file
  window_done     INTEGER NOT NULL DEFAULT 0,    -- rows of that window, in sorted order, already written
  rows_read       INTEGER NOT NULL DEFAULT 0,    -- this and the two above change in the rows' transaction
  progress_bytes  INTEGER NOT NULL DEFAULT 0,    -- approximate progress, for display only
  created_count   INTEGER NOT NULL DEFAULT 0,
  updated_count   INTEGER NOT NULL DEFAULT 0,
  skipped_count   INTEGER NOT NULL DEFAULT 0,
  duplicate_count INTEGER NOT NULL DEFAULT 0,    -- rows with the address of an earlier row
  rejected_count  INTEGER NOT NULL DEFAULT 0,
  run_started_at  INTEGER,                       -- start of the current run, for the rate
  run_start_rows  INTEGER NOT NULL DEFAULT 0,
  error           TEXT,
  created_by      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  started_at      INTEGER,
  finished_at     INTEGER
) STRICT;

-- Writers: features/imports, and features/privacy, which deletes the rows of erased people.
CREATE TABLE import_reject (
  import_id INTEGER NOT NULL REFERENCES import (id) ON DELETE CASCADE,
  row_no    INTEGER NOT NULL,                    -- 1 = first row after the header
  reason    TEXT NOT NULL,
  raw       TEXT NOT NULL,                       -- the row as a JSON array of cells
  PRIMARY KEY (import_id, row_no)
) STRICT, WITHOUT ROWID;

-- Writer: features/exports.
CREATE TABLE export (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL,                     -- for example 'contacts', 'recipients'
  settings    TEXT NOT NULL DEFAULT '{}',
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  rows_done   INTEGER NOT NULL DEFAULT 0,
  rows_total  INTEGER NOT NULL DEFAULT 0,        -- an estimate; exact when done
  file_path   TEXT,                              -- name under local/exports/
  size_bytes  INTEGER NOT NULL DEFAULT 0,
  cursor      TEXT,                              -- resume point: the last contact written, and
  position_bytes INTEGER NOT NULL DEFAULT 0,     -- the length of the file at that point
  error       TEXT,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER,
  expires_at  INTEGER
) STRICT;

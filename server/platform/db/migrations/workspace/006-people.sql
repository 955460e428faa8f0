-- Notes, changes, undo, blocked domains, privacy.

-- Writer: features/contacts.
CREATE TABLE contact_note (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  text       TEXT NOT NULL,
  created_by TEXT NOT NULL,                      -- user id or 'key:<id>'
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_note_contact ON contact_note (contact_id, id);

-- Changes of a contact, with author and previous values. Writers: features/contacts (imports write through its
-- service).
CREATE TABLE contact_change (
  id         INTEGER PRIMARY KEY,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,                      -- user id, 'key:<id>', 'import:<id>', 'bulk:<id>'
  kind       TEXT NOT NULL CHECK (kind IN ('edit', 'import', 'bulk', 'merge')),
  detail     TEXT NOT NULL DEFAULT '{}'          -- JSON: the changed fields with old and new values
) STRICT;
CREATE INDEX contact_change_contact ON contact_change (contact_id, id);

-- A CHECK cannot be altered, so the table is recreated, with more actions and with columns for undo.
-- Writer: features/contacts.
CREATE TABLE bulk_action_new (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  action      TEXT NOT NULL CHECK (action IN ('delete', 'add_to_list', 'remove_from_list', 'suppress',
                                              'set_field', 'add_tag', 'remove_tag')),
  filter      TEXT NOT NULL,                     -- JSON: ContactFilter; '' when contacts were listed by id
  list_id     INTEGER,
  settings    TEXT NOT NULL DEFAULT '{}',        -- JSON: field and value, or tag
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  cursor      TEXT,                              -- advances in the same transaction as its contacts
  done_count  INTEGER NOT NULL DEFAULT 0,
  error       TEXT,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER,
  undo_until  INTEGER,                           -- bulk_undo is kept until then; NULL = cannot be undone
  undo_state  TEXT NOT NULL DEFAULT 'none' CHECK (undo_state IN ('none', 'queued', 'done')),
  undone_count INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO bulk_action_new (id, action, filter, list_id, state, cursor, done_count, error, created_by,
                             created_at, finished_at)
  SELECT id, action, filter, list_id, state, cursor, done_count, error, created_by, created_at, finished_at
    FROM bulk_action;
DROP TABLE bulk_action;
ALTER TABLE bulk_action_new RENAME TO bulk_action;

-- What a bulk action changed, per contact. Writers: features/contacts, and features/privacy on erasure.
CREATE TABLE bulk_undo (
  action_id  INTEGER NOT NULL REFERENCES bulk_action (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL,                   -- also of deleted contacts, so not a foreign key
  before     TEXT NOT NULL,                      -- JSON: Before in contact-undo.store.ts
  PRIMARY KEY (action_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_undo_contact ON bulk_undo (contact_id);

-- Domains that must not be mailed. Writer: features/suppressions.
CREATE TABLE blocked_domain (
  domain     TEXT PRIMARY KEY,                   -- A-label, lower case
  subdomains INTEGER NOT NULL CHECK (subdomains IN (0, 1)),
  detail     TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX suppression_expiry ON suppression (expires_at) WHERE expires_at IS NOT NULL;

-- Erased people. Only an HMAC-SHA-256 of the address is stored, with a key kept in this file, so that the erasure stays
-- effective when the workspace is moved. Writer: features/contacts, for features/privacy.
CREATE TABLE erased_address (
  hash      BLOB PRIMARY KEY,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Writer: this migration, once.
CREATE TABLE erasure_key (
  id  INTEGER PRIMARY KEY CHECK (id = 1),
  key BLOB NOT NULL
) STRICT;
INSERT INTO erasure_key VALUES (1, randomblob(32));

-- Requests for an export of one's data or for erasure. Writer: features/privacy.
CREATE TABLE privacy_request (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('export', 'erase')),
  contact_id  INTEGER,                           -- NULL when no contact has the address
  address     TEXT,                              -- NULL once it is erased
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
  result      TEXT NOT NULL DEFAULT '{}',        -- JSON: numbers per kind of data
  file_path   TEXT,                              -- name under local/exports/
  size_bytes  INTEGER NOT NULL DEFAULT 0,
  error       TEXT,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER,
  expires_at  INTEGER
) STRICT;

-- Retention periods; NULL = unlimited. Writer: features/privacy.
CREATE TABLE retention (
  id              INTEGER PRIMARY KEY CHECK (id = 1),
  no_consent_days INTEGER,                       -- contacts without lists and without consent
  engagement_days INTEGER,                       -- rows of event; counters stay
  ip_days         INTEGER,                       -- ip and user agent of events
  ip_position     INTEGER NOT NULL DEFAULT 0,    -- events up to this id have been cleared
  updated_at      INTEGER NOT NULL DEFAULT 0,
  run_at          INTEGER                        -- last run of the daily job
) STRICT;
INSERT INTO retention (id) VALUES (1);

-- Writer: features/imports.
ALTER TABLE import ADD COLUMN suppressed_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN erased_count INTEGER NOT NULL DEFAULT 0;  -- rows of people who were erased
ALTER TABLE import ADD COLUMN after_contact INTEGER;                    -- highest contact id before the import
ALTER TABLE import ADD COLUMN undo_state TEXT NOT NULL DEFAULT 'none' CHECK (undo_state IN ('none', 'queued', 'done'));
ALTER TABLE import ADD COLUMN undo_cursor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN undone_count INTEGER NOT NULL DEFAULT 0;

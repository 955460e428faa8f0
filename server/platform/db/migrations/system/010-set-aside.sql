-- Workspaces whose file cannot be used, and why. Writers: platform/db, on the thread that finds the fault; the main
-- thread brings a workspace back when its file has been checked or an administrator has accepted its state.
CREATE TABLE workspace_set_aside (
  workspace_id TEXT PRIMARY KEY,
  path         TEXT NOT NULL,
  reason       TEXT NOT NULL,                    -- FaultReason in platform/db/file-fault.ts
  detail       TEXT NOT NULL,                    -- the message of the system or of SQLite
  at           INTEGER NOT NULL,
  back_at      INTEGER                           -- NULL = set aside now; connections opened before are not used again
) STRICT, WITHOUT ROWID;

-- Damage that was found, until the administrator has acknowledged it. Writers: platform/db, delivery (the journal).
CREATE TABLE damage_notice (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  path     TEXT NOT NULL,
  bytes    INTEGER NOT NULL DEFAULT 0,           -- number of unreadable bytes
  records  INTEGER NOT NULL DEFAULT 0,           -- minimum number of records in them
  kept     TEXT NOT NULL DEFAULT '',             -- where the damaged file was moved; '' = nowhere
  read_at  INTEGER                               -- NULL = not acknowledged yet
) STRICT;
CREATE INDEX damage_notice_unread ON damage_notice (id) WHERE read_at IS NULL;

-- The highest segment number of each journal stream, so that numbering continues above it even if the journal is lost.
-- Writer: delivery.
CREATE TABLE journal_mark (
  stream  TEXT PRIMARY KEY,
  segment INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

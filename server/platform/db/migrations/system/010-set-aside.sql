-- Workspaces whose file could not be used, and why. Writers: platform/db, on whichever thread finds it out; the main thread
-- brings one back when its file has been checked, or the administrator has accepted its state.
CREATE TABLE workspace_set_aside (
  workspace_id TEXT PRIMARY KEY,
  path         TEXT NOT NULL,
  reason       TEXT NOT NULL,                    -- FaultReason of platform/db/file-fault.ts
  detail       TEXT NOT NULL,                    -- what the system or SQLite said
  at           INTEGER NOT NULL,
  back_at      INTEGER                           -- NULL = set aside now; handles from before are not used again
) STRICT, WITHOUT ROWID;

-- What was found damaged and is lost or kept beside, until the administrator has read it. Writers: platform/db,
-- delivery (the journal).
CREATE TABLE damage_notice (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  path     TEXT NOT NULL,
  bytes    INTEGER NOT NULL DEFAULT 0,           -- that could not be read
  records  INTEGER NOT NULL DEFAULT 0,           -- that were in them, at least
  kept     TEXT NOT NULL DEFAULT '',             -- where the damaged file was put; '' = nowhere
  read_at  INTEGER                               -- NULL = not acknowledged yet
) STRICT;
CREATE INDEX damage_notice_unread ON damage_notice (id) WHERE read_at IS NULL;

-- The highest segment that each journal stream has reached, so that numbers go on above it even when the journal is lost.
-- Writer: delivery.
CREATE TABLE journal_mark (
  stream  TEXT PRIMARY KEY,
  segment INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

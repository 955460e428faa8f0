-- How many changes of consent each workspace's file had when it was last looked at. A file with fewer has lost changes
-- that were saved: its log was cut, or an older copy was put in its place. Writer: platform/db, on every thread, after
-- the workspace's own commit.
CREATE TABLE workspace_seen (
  workspace_id    TEXT PRIMARY KEY,
  consent_version INTEGER NOT NULL,              -- the highest value of the file's consent_version.n
  at              INTEGER NOT NULL,
  is_held         INTEGER NOT NULL DEFAULT 1     -- 0 = a loss was found, and delivery has not stopped the campaigns yet
) STRICT, WITHOUT ROWID;

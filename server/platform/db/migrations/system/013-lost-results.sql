-- How far the facts of a workspace were applied in those segments of the journal that are removed since. A file that stands
-- before it is an older copy, and lacks what nothing can tell it any more. Writer: delivery.
CREATE TABLE journal_reached (
  workspace_id TEXT NOT NULL,
  stream       TEXT NOT NULL,
  segment      INTEGER NOT NULL,
  offset       INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, stream)
) STRICT, WITHOUT ROWID;

-- Workspaces that could not be read when records of the delivery stream were found lost: what dead processes had in hand
-- there is held once the file can be read. Writer: delivery.
CREATE TABLE lease_doubt (
  workspace_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

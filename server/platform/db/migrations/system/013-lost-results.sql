-- The position up to which a workspace's facts were applied from journal segments that have since been deleted. A file
-- with an earlier position is an older copy, and its missing facts cannot be recovered. Writer: delivery.
CREATE TABLE journal_reached (
  workspace_id TEXT NOT NULL,
  stream       TEXT NOT NULL,
  segment      INTEGER NOT NULL,
  offset       INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, stream)
) STRICT, WITHOUT ROWID;

-- Workspaces that could not be read when records of the delivery stream were found to be lost. Once such a file can be
-- read, the messages that dead processes had in hand are held. Writer: delivery.
CREATE TABLE lease_doubt (
  workspace_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Customers' host names that point here for links in mail; only tracking is served on them.
-- Writer: features/domains.
CREATE TABLE tracking_host (
  host         TEXT NOT NULL,
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (host, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tracking_host_workspace ON tracking_host (workspace_id);

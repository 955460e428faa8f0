-- Campaigns whose recipients were found, so that sending has begun. In an older copy of a workspace's file such a
-- campaign may be a draft again, or about to be sent. Writer: delivery.
CREATE TABLE campaign_started (
  workspace_id TEXT NOT NULL,
  campaign_id  INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,                 -- an older copy gives the same id to another campaign
  started_at   INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, campaign_id, created_at)
) STRICT, WITHOUT ROWID;

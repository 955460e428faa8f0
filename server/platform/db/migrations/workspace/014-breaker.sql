-- The rate at which a campaign last paused itself; once resumed, the same rate does not pause it again.
-- Writer: the ingester.
CREATE TABLE campaign_breaker (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  kind        TEXT NOT NULL CHECK (kind IN ('bounce', 'block', 'complaint')),
  percent     REAL NOT NULL,
  PRIMARY KEY (campaign_id, kind)
) STRICT, WITHOUT ROWID;

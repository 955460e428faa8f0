-- At what rate a campaign has paused itself: resumed, it does not do so again for the same. Writer: the ingester.
CREATE TABLE campaign_breaker (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  kind        TEXT NOT NULL CHECK (kind IN ('bounce', 'block', 'complaint')),
  percent     REAL NOT NULL,
  PRIMARY KEY (campaign_id, kind)
) STRICT, WITHOUT ROWID;

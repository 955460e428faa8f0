-- Webhooks by which a relay's provider reports on accepted messages. No row = never set up and nothing received.
-- Writer: features/webhooks.
CREATE TABLE route_webhook (
  route_id      INTEGER PRIMARY KEY REFERENCES route (id) ON DELETE CASCADE,
  generation    INTEGER NOT NULL DEFAULT 1,      -- part of the URL; increasing it invalidates the old URL
  secret        TEXT NOT NULL DEFAULT '',        -- encrypted (platform/secrets): signing key or password
  topic         TEXT NOT NULL DEFAULT '',        -- SES: the SNS topic with a confirmed subscription
  last_event_at INTEGER,
  last_fault    TEXT NOT NULL DEFAULT '',        -- why the latest request was refused; '' = it was accepted
  counts        TEXT NOT NULL DEFAULT '{}'       -- JSON: events by kind; 'unknown' = without a message
) STRICT;

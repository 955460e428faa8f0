-- How a relay's provider reports what became of the messages it had taken; no row = never set up, nothing
-- came yet. Writer: features/webhooks.
CREATE TABLE route_webhook (
  route_id      INTEGER PRIMARY KEY REFERENCES route (id) ON DELETE CASCADE,
  generation    INTEGER NOT NULL DEFAULT 1,      -- part of the address; a higher one makes the old address void
  secret        TEXT NOT NULL DEFAULT '',        -- encrypted by platform/secrets: signs, or signs in
  topic         TEXT NOT NULL DEFAULT '',        -- SES: the SNS topic whose subscription was confirmed
  last_event_at INTEGER,
  last_fault    TEXT NOT NULL DEFAULT '',        -- why the newest request was refused, in a sentence; '' = it was not
  counts        TEXT NOT NULL DEFAULT '{}'       -- JSON: events by kind, and 'unknown' for those of no message
) STRICT;

-- Reports about messages that their servers had accepted.

-- Bounces and complaints, append-only, limited in number per message. Writers: the ingester, and features/privacy,
-- which clears what names an erased person.
CREATE TABLE bounce_report (
  id          INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  via         TEXT NOT NULL,                     -- 'dsn', 'webhook', 'arf'
  action      TEXT NOT NULL,                     -- 'failed', 'delayed', 'complaint'
  category    TEXT NOT NULL,                     -- of delivery/result; for a complaint its type
  code        INTEGER NOT NULL DEFAULT 0,
  enhanced    TEXT NOT NULL DEFAULT '',
  reply       TEXT NOT NULL DEFAULT '',          -- the server's reply, at most 300 characters
  address     TEXT NOT NULL DEFAULT ''           -- the address in the report, if it is a different one
) STRICT;
CREATE INDEX bounce_report_message ON bounce_report (campaign_id, seq);

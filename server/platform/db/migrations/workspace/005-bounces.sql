-- What came back about messages whose server had taken them.

-- Bounces and complaints, append-only, a bounded number a message. Writer: the ingester.
CREATE TABLE bounce_report (
  id          INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  via         TEXT NOT NULL,                     -- 'dsn', 'webhook', 'arf'
  action      TEXT NOT NULL,                     -- 'failed', 'delayed', 'complaint'
  category    TEXT NOT NULL,                     -- of delivery/result; of a complaint its type
  code        INTEGER NOT NULL DEFAULT 0,
  enhanced    TEXT NOT NULL DEFAULT '',
  reply       TEXT NOT NULL DEFAULT '',          -- the server's words, at most 300 characters
  address     TEXT NOT NULL DEFAULT ''           -- whom the report named, when that was somebody else
) STRICT;
CREATE INDEX bounce_report_message ON bounce_report (campaign_id, seq);

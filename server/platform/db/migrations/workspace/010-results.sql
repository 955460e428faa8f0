-- Failures that count against an address, and the thresholds at which a campaign pauses itself.

-- Uncertain failures, at most one per campaign and category. Written only when a message fails; deleted when the
-- address is suppressed or a later message was delivered. Writers: the ingester, and features/privacy on erasure.
CREATE TABLE soft_bounce (
  address     TEXT NOT NULL,
  category    TEXT NOT NULL,                     -- of delivery/result
  campaign_id INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (address, category, campaign_id)
) STRICT, WITHOUT ROWID;

-- The workspace's settings; one without a row has its default (delivery/settings.store.ts).
-- Writer: features/delivery-settings.
CREATE TABLE delivery_setting (
  name  TEXT PRIMARY KEY,
  value REAL NOT NULL
) STRICT, WITHOUT ROWID;

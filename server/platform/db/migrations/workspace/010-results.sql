-- What counts against an address, and when a campaign stops itself.

-- Failures that are not certain, one a campaign; written only when a message fails, and forgotten when the
-- address is given up or a later message was delivered. Writer: the ingester.
CREATE TABLE soft_bounce (
  address     TEXT NOT NULL,
  category    TEXT NOT NULL,                     -- of delivery/result
  campaign_id INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (address, category, campaign_id)
) STRICT, WITHOUT ROWID;

-- What the workspace set; without a row the default holds (delivery/settings.store.ts).
-- Writer: features/delivery-settings.
CREATE TABLE delivery_setting (
  name  TEXT PRIMARY KEY,
  value REAL NOT NULL
) STRICT, WITHOUT ROWID;

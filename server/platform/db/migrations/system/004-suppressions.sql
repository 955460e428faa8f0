-- Addresses and domains that no workspace of this instance may mail. Writer of both tables: features/suppressions.
CREATE TABLE instance_suppression (
  address    TEXT PRIMARY KEY,                   -- normalised form
  reason     TEXT NOT NULL CHECK (reason IN ('complaint', 'spamtrap', 'manual')),
  source     TEXT NOT NULL DEFAULT '',
  detail     TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX instance_suppression_created ON instance_suppression (created_at, address);
CREATE INDEX instance_suppression_expiry ON instance_suppression (expires_at) WHERE expires_at IS NOT NULL;

-- Writer: features/suppressions.
CREATE TABLE instance_blocked_domain (
  domain     TEXT PRIMARY KEY,                   -- A-label, lower case
  subdomains INTEGER NOT NULL CHECK (subdomains IN (0, 1)),
  detail     TEXT NOT NULL DEFAULT '',
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;

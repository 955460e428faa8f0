-- Key rotation and check history of domains, and rates below one message per second.

-- A relay may allow only one message every two seconds. Writer: features/routes.
ALTER TABLE route RENAME COLUMN max_per_second TO max_per_second_whole;
ALTER TABLE route ADD COLUMN max_per_second REAL;          -- NULL = unlimited
UPDATE route SET max_per_second = max_per_second_whole;
ALTER TABLE route DROP COLUMN max_per_second_whole;

-- A domain's keys other than the one in use. A rotation publishes and verifies the 'next' key before signing with it,
-- and leaves the retired one in the DNS for mail still in transit. Writer: features/domains.
CREATE TABLE dkim_key (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id    INTEGER NOT NULL REFERENCES sending_domain (id) ON DELETE CASCADE,
  selector     TEXT NOT NULL,
  private      TEXT NOT NULL,                     -- encrypted (platform/secrets); '' once retired
  public       TEXT NOT NULL,                     -- base64 SPKI, the p= of the DNS record
  state        TEXT NOT NULL CHECK (state IN ('next', 'retired')),
  verified_at  INTEGER,
  created_at   INTEGER NOT NULL,
  retired_at   INTEGER,
  UNIQUE (domain_id, selector)
) STRICT;

-- Host names below the domain; '' = links.<name> and bounce.<name>.
ALTER TABLE sending_domain ADD COLUMN tracking_host TEXT NOT NULL DEFAULT '';
ALTER TABLE sending_domain ADD COLUMN bounce_host TEXT NOT NULL DEFAULT '';

-- The results of the most recent checks of a domain. Writer: features/domains.
CREATE TABLE domain_check (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  domain_id INTEGER NOT NULL REFERENCES sending_domain (id) ON DELETE CASCADE,
  at        INTEGER NOT NULL,
  states    TEXT NOT NULL                         -- JSON: the state per check
) STRICT;
CREATE INDEX domain_check_domain ON domain_check (domain_id, id);

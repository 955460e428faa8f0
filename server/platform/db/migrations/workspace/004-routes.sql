-- More ways out: direct to MX, relays with OAuth 2.0, quotas, groups of routes that stand in for each other.

-- A CHECK cannot be changed in place, so the table is made anew. Writer: features/routes. Password and
-- oauth are encrypted by platform/secrets.
CREATE TABLE route_new (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  name                  TEXT NOT NULL,
  kind                  TEXT NOT NULL CHECK (kind IN ('relay', 'direct', 'test_inbox')),
  preset                TEXT NOT NULL DEFAULT '',         -- 'ses', 'sendgrid', …; whose defaults, words and webhooks fit
  host                  TEXT NOT NULL DEFAULT '',
  port                  INTEGER NOT NULL DEFAULT 0,
  security              TEXT NOT NULL DEFAULT 'starttls' CHECK (security IN ('starttls', 'tls', 'none')),
  verify_certificate    INTEGER NOT NULL DEFAULT 1 CHECK (verify_certificate IN (0, 1)),
  tls_policy            TEXT NOT NULL DEFAULT 'opportunistic'  -- of a direct route
                          CHECK (tls_policy IN ('opportunistic', 'required', 'verified')),
  username              TEXT NOT NULL DEFAULT '',
  password              TEXT NOT NULL DEFAULT '',
  oauth                 TEXT NOT NULL DEFAULT '',         -- JSON: OAuthClient of delivery/types.ts; '' = none
  helo_name             TEXT NOT NULL DEFAULT '',         -- '' = the name of this host
  sources               TEXT NOT NULL DEFAULT '[]',       -- JSON: RouteSource[]; [] = the system chooses
  max_connections       INTEGER NOT NULL DEFAULT 10,
  max_per_second        INTEGER,                          -- NULL = no cap
  max_per_day           INTEGER,                          -- in any 24 hours; NULL = no quota
  max_per_connection    INTEGER NOT NULL DEFAULT 100,
  allow_domains         TEXT NOT NULL DEFAULT '[]',       -- JSON: recipient domains it may be used for; [] = all
  deny_domains          TEXT NOT NULL DEFAULT '[]',       -- JSON: recipient domains it must not be used for
  chain_dot             INTEGER NOT NULL DEFAULT 0 CHECK (chain_dot IN (0, 1)),
  sign_dkim             INTEGER NOT NULL DEFAULT 1 CHECK (sign_dkim IN (0, 1)),
  enabled               INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  last_check            TEXT,                             -- JSON: at, ok, stage, message
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL
) STRICT;
INSERT INTO route_new (id, name, kind, host, port, security, verify_certificate, username, password,
                       max_connections, max_per_second, max_per_connection, sign_dkim, enabled, last_check,
                       created_at, updated_at)
  SELECT id, name, kind, host, port, security, verify_certificate, username, password,
         max_connections, max_per_second, max_per_connection, sign_dkim, enabled, last_check,
         created_at, updated_at
    FROM route;
DROP TABLE route;
ALTER TABLE route_new RENAME TO route;

-- Routes that stand in for each other. Lower positions first; weight shares work among equal positions.
-- Writer: features/routes.
CREATE TABLE route_group (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE route_group_member (
  group_id INTEGER NOT NULL REFERENCES route_group (id) ON DELETE CASCADE,
  route_id INTEGER NOT NULL REFERENCES route (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  weight   INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
  PRIMARY KEY (group_id, route_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX route_group_member_route ON route_group_member (route_id);

-- How a campaign is sent, where it differs from the defaults; without a row they hold. A table of its own,
-- because columns behind the long texts of campaign cost their overflow pages to read.
-- Writer: features/campaigns.
CREATE TABLE campaign_sending (
  campaign_id    INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
  route_group_id INTEGER REFERENCES route_group (id) ON DELETE SET NULL,  -- instead of campaign.route_id
  spread_minutes INTEGER,                         -- sent evenly over this time; NULL = as fast as it may go
  on_ambiguous   TEXT NOT NULL DEFAULT 'resend' CHECK (on_ambiguous IN ('resend', 'hold'))
) STRICT;
CREATE INDEX campaign_sending_group ON campaign_sending (route_group_id);

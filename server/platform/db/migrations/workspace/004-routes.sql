-- More sending methods: direct to MX, relays with OAuth 2.0, quotas, groups of routes that replace each other.

-- A CHECK cannot be altered, so the table is recreated. Writer: features/routes. password and oauth are encrypted
-- (platform/secrets).
CREATE TABLE route_new (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  name                  TEXT NOT NULL,
  kind                  TEXT NOT NULL CHECK (kind IN ('relay', 'direct', 'test_inbox')),
  preset                TEXT NOT NULL DEFAULT '',         -- 'ses', 'sendgrid', …: selects defaults and webhooks
  host                  TEXT NOT NULL DEFAULT '',
  port                  INTEGER NOT NULL DEFAULT 0,
  security              TEXT NOT NULL DEFAULT 'starttls' CHECK (security IN ('starttls', 'tls', 'none')),
  verify_certificate    INTEGER NOT NULL DEFAULT 1 CHECK (verify_certificate IN (0, 1)),
  tls_policy            TEXT NOT NULL DEFAULT 'opportunistic'  -- for direct routes
                          CHECK (tls_policy IN ('opportunistic', 'required', 'verified')),
  username              TEXT NOT NULL DEFAULT '',
  password              TEXT NOT NULL DEFAULT '',
  oauth                 TEXT NOT NULL DEFAULT '',         -- JSON: OAuthClient of delivery/types.ts; '' = none
  helo_name             TEXT NOT NULL DEFAULT '',         -- '' = this host's name
  sources               TEXT NOT NULL DEFAULT '[]',       -- JSON: RouteSource[]; [] = the system chooses
  max_connections       INTEGER NOT NULL DEFAULT 10,
  max_per_second        INTEGER,                          -- NULL = unlimited
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

-- Groups of routes that replace each other. Lower positions come first; weight distributes messages among routes of the
-- same position. Writer of both tables: features/routes.
CREATE TABLE route_group (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Writer: features/routes.
CREATE TABLE route_group_member (
  group_id INTEGER NOT NULL REFERENCES route_group (id) ON DELETE CASCADE,
  route_id INTEGER NOT NULL REFERENCES route (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  weight   INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000),
  PRIMARY KEY (group_id, route_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX route_group_member_route ON route_group_member (route_id);

-- Sending options that differ from the defaults; a campaign without a row uses the defaults. This is a separate table,
-- because columns behind campaign's long texts would be slow to read.
-- Writer: features/campaigns.
CREATE TABLE campaign_sending (
  campaign_id    INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
  route_group_id INTEGER REFERENCES route_group (id) ON DELETE SET NULL,  -- replaces campaign.route_id
  spread_minutes INTEGER,                         -- spread evenly over this time; NULL = as fast as possible
  on_ambiguous   TEXT NOT NULL DEFAULT 'resend' CHECK (on_ambiguous IN ('resend', 'hold'))
) STRICT;
CREATE INDEX campaign_sending_group ON campaign_sending (route_group_id);

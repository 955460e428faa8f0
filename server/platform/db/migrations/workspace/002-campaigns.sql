-- Campaigns, and the senders and routes they use.

-- Writer: features/domains. The private key is encrypted (platform/secrets).
CREATE TABLE sending_domain (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL UNIQUE,          -- A-label
  dkim_selector   TEXT NOT NULL,
  dkim_private    TEXT NOT NULL,
  dkim_public     TEXT NOT NULL,                 -- base64 SPKI, the p= of the DNS record
  checks          TEXT NOT NULL DEFAULT '{}',    -- JSON: last result per check
  checked_at      INTEGER,
  verified_at     INTEGER,
  created_at      INTEGER NOT NULL
) STRICT;

-- Writer: features/domains.
CREATE TABLE sender (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  email      TEXT NOT NULL UNIQUE,
  reply_to   TEXT NOT NULL DEFAULT '',
  domain_id  INTEGER REFERENCES sending_domain (id) ON DELETE SET NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- A sending method. Writer: features/routes. The password is encrypted (platform/secrets).
CREATE TABLE route (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  name                  TEXT NOT NULL,
  kind                  TEXT NOT NULL CHECK (kind IN ('relay', 'test_inbox')),
  host                  TEXT NOT NULL DEFAULT '',
  port                  INTEGER NOT NULL DEFAULT 0,
  security              TEXT NOT NULL DEFAULT 'starttls' CHECK (security IN ('starttls', 'tls', 'none')),
  verify_certificate    INTEGER NOT NULL DEFAULT 1 CHECK (verify_certificate IN (0, 1)),
  username              TEXT NOT NULL DEFAULT '',
  password              TEXT NOT NULL DEFAULT '',
  max_connections       INTEGER NOT NULL DEFAULT 10,
  max_per_second        INTEGER,                 -- NULL = unlimited
  max_per_connection    INTEGER NOT NULL DEFAULT 100,
  sign_dkim             INTEGER NOT NULL DEFAULT 1 CHECK (sign_dkim IN (0, 1)),
  enabled               INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  last_check            TEXT,                    -- JSON: at, ok, stage, message
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL
) STRICT;

-- Writer: features/templates.
CREATE TABLE template (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('mjml', 'html')),
  subject    TEXT NOT NULL DEFAULT '',
  version    INTEGER NOT NULL DEFAULT 1,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  source     TEXT NOT NULL                       -- last, because the list does not read it
) STRICT;

-- Writers: features/campaigns, and delivery's writer thread, which changes the status from 'preparing' on.
CREATE TABLE campaign (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL,
  status          TEXT NOT NULL DEFAULT 'draft' CHECK (status IN
                    ('draft', 'scheduled', 'preparing', 'sending', 'pausing', 'paused',
                     'cancelling', 'cancelled', 'completed')),
  status_reason   TEXT NOT NULL DEFAULT '',      -- why it was paused or cancelled, as a sentence
  subject         TEXT NOT NULL DEFAULT '',
  preheader       TEXT NOT NULL DEFAULT '',
  sender_id       INTEGER REFERENCES sender (id) ON DELETE SET NULL,
  reply_to        TEXT NOT NULL DEFAULT '',
  route_id        INTEGER REFERENCES route (id) ON DELETE SET NULL,
  body_kind       TEXT NOT NULL DEFAULT 'html' CHECK (body_kind IN ('mjml', 'html')),
  audience        TEXT NOT NULL DEFAULT '{}',    -- JSON: everyone, includeLists, excludeLists
  track_opens     INTEGER NOT NULL DEFAULT 1 CHECK (track_opens IN (0, 1)),
  track_clicks    INTEGER NOT NULL DEFAULT 1 CHECK (track_clicks IN (0, 1)),
  scheduled_at    INTEGER,
  version         INTEGER NOT NULL DEFAULT 1,    -- ETag for concurrent editing
  recipient_total INTEGER NOT NULL DEFAULT 0,    -- number of message rows, set when 'preparing' ends
  created_by      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  launched_at     INTEGER,
  started_at      INTEGER,
  finished_at     INTEGER,
  deleted_at      INTEGER,                       -- hidden; a job deletes its rows
  -- Long texts come last: reading a column behind them would read their overflow pages.
  text_source     TEXT,                          -- NULL = generated from the HTML
  body_source     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX campaign_status ON campaign (status, id);
CREATE INDEX campaign_route ON campaign (route_id);
CREATE INDEX campaign_sender ON campaign (sender_id);

-- The campaign as launched; later edits of template, sender or route do not affect it.
-- Writer: features/campaigns, once.
CREATE TABLE campaign_content (
  campaign_id INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
  content     TEXT NOT NULL                      -- JSON: CampaignContent of delivery/types.ts
) STRICT;

-- The only targets of click redirects. link_no is the number in click tokens. Writer: features/campaigns.
CREATE TABLE campaign_link (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  link_no     INTEGER NOT NULL,
  url         TEXT NOT NULL,                     -- may contain Liquid, rendered at click time
  PRIMARY KEY (campaign_id, link_no)
) STRICT, WITHOUT ROWID;

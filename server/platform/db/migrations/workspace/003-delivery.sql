-- Who gets what, and what became of it. One writer for all of it: the ingester
-- (delivery/result, delivery/stats) and delivery/queue, on the writer thread.

-- One row per recipient, written once in runs of seq, then changed run by run.
-- state: 0 pending 1 deferred 2 held 3 sent 4 bounced 5 failed 6 skipped.
-- 'leased' is a pending or due row inside a leased chunk: it costs no write.
CREATE TABLE message (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  seq         INTEGER NOT NULL,
  contact_id  INTEGER NOT NULL,
  address     TEXT NOT NULL,                     -- frozen; the envelope recipient
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 6),
  reason      TEXT NOT NULL DEFAULT '',          -- category of delivery/result, or why skipped
  attempts    INTEGER NOT NULL DEFAULT 0,
  due_at      INTEGER,                           -- of a deferred row, rounded up to the minute
  changed_at  INTEGER,
  PRIMARY KEY (campaign_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX message_contact ON message (contact_id, campaign_id);
-- Why messages did not arrive. The way from pending to sent, which most rows go, never touches it.
CREATE INDEX message_exception ON message (campaign_id, state, reason, seq) WHERE state NOT IN (0, 3);

-- A run of at most 1,000 seq for one destination provider; the unit of leases. The counters hold
-- the states of its rows and change in the same transaction; totals of a campaign are their sum.
CREATE TABLE chunk (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  chunk_no    INTEGER NOT NULL,
  provider    TEXT NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  owner       TEXT,                              -- '<node>:<boot id>'
  epoch       INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  next_due    INTEGER,                           -- earliest due_at of its deferred rows
  pending     INTEGER NOT NULL,
  deferred    INTEGER NOT NULL DEFAULT 0,
  held        INTEGER NOT NULL DEFAULT 0,
  sent        INTEGER NOT NULL DEFAULT 0,
  bounced     INTEGER NOT NULL DEFAULT 0,
  failed      INTEGER NOT NULL DEFAULT 0,
  skipped     INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign_id, chunk_no),
  CHECK (pending + deferred + held + sent + bounced + failed + skipped = last_seq - first_seq + 1)
) STRICT, WITHOUT ROWID;

-- Every SMTP try, append-only. outcome: accepted, deferred, bounced, failed, ambiguous.
CREATE TABLE attempt (
  id          INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  outcome     TEXT NOT NULL,
  category    TEXT NOT NULL DEFAULT '',
  stage       TEXT NOT NULL DEFAULT '',
  code        INTEGER NOT NULL DEFAULT 0,
  enhanced    TEXT NOT NULL DEFAULT '',
  reply       TEXT NOT NULL DEFAULT '',          -- the server's words, at most 300 characters
  route_id    INTEGER NOT NULL DEFAULT 0,
  host        TEXT NOT NULL DEFAULT '',
  duration_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attempt_message ON attempt (campaign_id, seq);
CREATE INDEX attempt_ambiguous ON attempt (campaign_id, seq) WHERE outcome = 'ambiguous';

-- Opens, clicks, unsubscribes, complaints: append-only.
CREATE TABLE event (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('open', 'click', 'unsubscribe', 'bounce', 'complaint', 'view')),
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  contact_id  INTEGER NOT NULL,
  link_no     INTEGER,
  class       TEXT NOT NULL,                     -- human, apple_mpp, gmail_proxy, scanner, prefetch, unknown
  rule        TEXT NOT NULL,                     -- which rule gave the class
  ip          TEXT NOT NULL DEFAULT '',
  agent_id    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX event_message ON event (campaign_id, seq);
CREATE INDEX event_contact ON event (contact_id, id);

CREATE TABLE user_agent (
  id    INTEGER PRIMARY KEY,
  value TEXT NOT NULL UNIQUE
) STRICT;

-- First and count per message, kind and class group ('human' or 'machine'): what makes unique counts exact.
CREATE TABLE engagement (
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  metric      TEXT NOT NULL,                     -- 'open_human', 'click_machine': delivery/stats/metrics.ts
  first_at    INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, seq, metric)
) STRICT, WITHOUT ROWID;

-- Counters, always rebuildable from the rows. bucket 0 = whole campaign; else the minute (unix ms).
CREATE TABLE campaign_count (
  campaign_id INTEGER NOT NULL,
  metric      TEXT NOT NULL,                     -- names: delivery/stats/metrics.ts
  bucket      INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, metric, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE link_count (
  campaign_id INTEGER NOT NULL,
  link_no     INTEGER NOT NULL,
  class_group TEXT NOT NULL CHECK (class_group IN ('human', 'machine')),
  clicks      INTEGER NOT NULL,
  unique_clicks INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, link_no, class_group)
) STRICT, WITHOUT ROWID;

-- How far each journal stream has been applied to this file; written in the transaction of the facts.
CREATE TABLE ingest_position (
  stream  TEXT PRIMARY KEY,                      -- '<node>/<stream>'
  segment INTEGER NOT NULL,
  offset  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

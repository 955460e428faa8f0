-- Messages and their results. Most rows are written on delivery's writer thread, by delivery/audience, delivery/queue
-- and the ingester (delivery/ingest). The exceptions: features/campaigns deletes the rows of a deleted campaign;
-- features/privacy clears addresses and texts of erased people (message, attempt, event) and old events;
-- features/contacts assigns message and event to the remaining contact when contacts are merged.

-- One row per recipient, inserted in order of seq and updated chunk by chunk.
-- state: 0 pending 1 deferred 2 held 3 sent 4 bounced 5 failed 6 skipped.
-- A pending or due row in a leased chunk counts as 'leased', which requires no write.
-- Writers: delivery/audience, delivery/queue, the ingester; features/contacts on a merge, features/privacy on erasure.
CREATE TABLE message (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  seq         INTEGER NOT NULL,
  contact_id  INTEGER NOT NULL,
  address     TEXT NOT NULL,                     -- the envelope recipient, frozen at launch
  state       INTEGER NOT NULL DEFAULT 0 CHECK (state BETWEEN 0 AND 6),
  reason      TEXT NOT NULL DEFAULT '',          -- category of delivery/result, or why it was skipped
  attempts    INTEGER NOT NULL DEFAULT 0,
  due_at      INTEGER,                           -- of a deferred row; rounded up to the minute
  changed_at  INTEGER,
  PRIMARY KEY (campaign_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX message_contact ON message (contact_id, campaign_id);
-- Answers why messages did not arrive. A row that goes from pending to sent never enters this index.
CREATE INDEX message_exception ON message (campaign_id, state, reason, seq) WHERE state NOT IN (0, 3);

-- Up to 1,000 consecutive seq for one destination provider; the unit of leases. The counters hold the number of rows
-- per state and change in the same transaction as the rows; a campaign's totals are their sum.
-- Writers: delivery/audience, delivery/queue, the ingester.
CREATE TABLE chunk (
  campaign_id INTEGER NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
  chunk_no    INTEGER NOT NULL,
  provider    TEXT NOT NULL,
  first_seq   INTEGER NOT NULL,
  last_seq    INTEGER NOT NULL,
  owner       TEXT,                              -- '<node>:<boot id>'
  epoch       INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER,
  next_due    INTEGER,                           -- the earliest due_at of its deferred rows
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

-- Every SMTP attempt, append-only. outcome: accepted, deferred, bounced, failed, ambiguous.
-- Writers: the ingester, and features/privacy, which clears the replies to erased people.
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
  reply       TEXT NOT NULL DEFAULT '',          -- the server's reply, at most 300 characters
  route_id    INTEGER NOT NULL DEFAULT 0,
  host        TEXT NOT NULL DEFAULT '',
  duration_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX attempt_message ON attempt (campaign_id, seq);
CREATE INDEX attempt_ambiguous ON attempt (campaign_id, seq) WHERE outcome = 'ambiguous';

-- Opens, clicks, views, unsubscribes, bounces and complaints; append-only.
-- Writers: the ingester; features/contacts on a merge, features/privacy on erasure and for retention.
CREATE TABLE event (
  id          INTEGER PRIMARY KEY,
  at          INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('open', 'click', 'unsubscribe', 'bounce', 'complaint', 'view')),
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  contact_id  INTEGER NOT NULL,
  link_no     INTEGER,
  class       TEXT NOT NULL,                     -- human, apple_mpp, gmail_proxy, scanner, prefetch, unknown
  rule        TEXT NOT NULL,                     -- the rule that determined the class
  ip          TEXT NOT NULL DEFAULT '',
  agent_id    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX event_message ON event (campaign_id, seq);
CREATE INDEX event_contact ON event (contact_id, id);

-- Writer: the ingester.
CREATE TABLE user_agent (
  id    INTEGER PRIMARY KEY,
  value TEXT NOT NULL UNIQUE
) STRICT;

-- First time and count per message, kind and class group ('human' or 'machine'), needed for exact unique counts.
-- Writer: the ingester.
CREATE TABLE engagement (
  campaign_id INTEGER NOT NULL,
  seq         INTEGER NOT NULL,
  metric      TEXT NOT NULL,                     -- for example 'open_human'; see delivery/stats/metrics.ts
  first_at    INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, seq, metric)
) STRICT, WITHOUT ROWID;

-- Counters that can be rebuilt from the rows. bucket 0 = whole campaign; otherwise the minute (unix ms).
-- Writers: the ingester, and delivery/queue when a campaign is cancelled.
CREATE TABLE campaign_count (
  campaign_id INTEGER NOT NULL,
  metric      TEXT NOT NULL,                     -- see delivery/stats/metrics.ts
  bucket      INTEGER NOT NULL,
  n           INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, metric, bucket)
) STRICT, WITHOUT ROWID;

-- Writer: the ingester.
CREATE TABLE link_count (
  campaign_id INTEGER NOT NULL,
  link_no     INTEGER NOT NULL,
  class_group TEXT NOT NULL CHECK (class_group IN ('human', 'machine')),
  clicks      INTEGER NOT NULL,
  unique_clicks INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, link_no, class_group)
) STRICT, WITHOUT ROWID;

-- The position up to which each journal stream has been applied to this file; updated in the facts' transaction.
-- Writer: the ingester.
CREATE TABLE ingest_position (
  stream  TEXT PRIMARY KEY,                      -- '<node>/<stream>'
  segment INTEGER NOT NULL,
  offset  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

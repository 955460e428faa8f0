-- Finding people: typed fields, tags, segments, events of one's own.

-- A CHECK cannot be changed in place, so the table is made anew. Writer: features/contacts.
CREATE TABLE contact_field_new (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL UNIQUE,               -- [a-z][a-z0-9_]{0,39}: its name in templates
  label      TEXT NOT NULL,
  type       TEXT NOT NULL CHECK (type IN
               ('text', 'number', 'boolean', 'date', 'choice', 'multi_choice', 'url')),
  choices    TEXT NOT NULL DEFAULT '[]',
  old_key    TEXT,                               -- while a task carries the values over to a new key
  removed_at INTEGER,                            -- hidden; a task removes its values, then the row
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO contact_field_new (id, key, label, type, choices, created_at)
  SELECT id, key, label, type, choices, created_at FROM contact_field;
DROP TABLE contact_field;
ALTER TABLE contact_field_new RENAME TO contact_field;

-- Where a contact lives, besides its language.
ALTER TABLE contact ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';  -- IANA name
ALTER TABLE contact ADD COLUMN country   TEXT NOT NULL DEFAULT '';  -- ISO 3166-1 alpha-2
ALTER TABLE contact ADD COLUMN city      TEXT NOT NULL DEFAULT '';

-- Writer: features/tags.
CREATE TABLE tag (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL,
  name_key      TEXT NOT NULL UNIQUE,            -- case-folded name
  contact_count INTEGER NOT NULL DEFAULT 0,      -- kept by triggers on contact_tag
  removed_at    INTEGER,                         -- hidden; a task takes it off its contacts, then removes the row
  created_at    INTEGER NOT NULL
) STRICT;

-- Clustered by tag: "everybody with the tag" is one run of pages, in the order of contacts. Writer: features/tags.
CREATE TABLE contact_tag (
  tag_id     INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  PRIMARY KEY (tag_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_tag_by_contact ON contact_tag (contact_id, tag_id);
CREATE TRIGGER contact_tag_added AFTER INSERT ON contact_tag BEGIN
  UPDATE tag SET contact_count = contact_count + 1 WHERE id = NEW.tag_id;
END;
CREATE TRIGGER contact_tag_removed AFTER DELETE ON contact_tag BEGIN
  UPDATE tag SET contact_count = contact_count - 1 WHERE id = OLD.tag_id;
END;

-- A rule that finds people, or (static) people frozen by id. Writer: features/segments.
CREATE TABLE segment (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL,
  name_key     TEXT NOT NULL UNIQUE,             -- case-folded name
  description  TEXT NOT NULL DEFAULT '',
  kind         TEXT NOT NULL CHECK (kind IN ('live', 'static')),
  rule         TEXT NOT NULL,                    -- JSON: Rule; of a static one, what it was made from
  member_count INTEGER,                          -- as counted at counted_at
  counted_at   INTEGER,
  state        TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('filling', 'ready')),
  created_by   TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;

-- Who is in a static segment. Writer: features/segments.
CREATE TABLE segment_member (
  segment_id INTEGER NOT NULL REFERENCES segment (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  PRIMARY KEY (segment_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX segment_member_by_contact ON segment_member (contact_id);

-- What a campaign's segments mean, compiled at its launch; later edits of a segment change nothing of it.
-- Writer: features/campaigns, once.
CREATE TABLE campaign_audience (
  campaign_id INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
  audience    TEXT NOT NULL                      -- JSON: AudienceDefinition of delivery/audience
) STRICT;

-- Names of events, so that a row of a million holds a number. Writer: features/events.
CREATE TABLE event_name (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  event_count INTEGER NOT NULL DEFAULT 0,
  last_at     INTEGER NOT NULL
) STRICT;

-- What customers' own systems say that people did: append-only. Writer: features/events.
CREATE TABLE custom_event (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name_id     INTEGER NOT NULL REFERENCES event_name (id),
  contact_id  INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  at          INTEGER NOT NULL,                  -- when it happened
  received_at INTEGER NOT NULL,
  properties  TEXT NOT NULL DEFAULT '{}',        -- JSON object of single values
  key         TEXT                               -- the sender's own id of it: the same key twice is one event
) STRICT;
CREATE INDEX custom_event_name ON custom_event (name_id, contact_id, at);
CREATE INDEX custom_event_contact ON custom_event (contact_id, at);
CREATE UNIQUE INDEX custom_event_key ON custom_event (key) WHERE key IS NOT NULL;

-- Work on many contacts that goes on by itself: carrying values over, taking tags off, filling a static
-- segment, making an index. Writers: features/contacts, features/tags, features/segments.
CREATE TABLE audience_task (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL,
  payload     TEXT NOT NULL,                     -- JSON
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  cursor      TEXT,                              -- moved in the transaction of its contacts
  done_count  INTEGER NOT NULL DEFAULT 0,
  total       INTEGER,                           -- about how many there will be
  error       TEXT,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

-- What people did with messages, by person: what segments ask. Machines are left out, so it stays small, and
-- a question is one run of this index without looking at a row.
CREATE INDEX event_human ON event (kind, contact_id, at, campaign_id, link_no) WHERE class = 'human';

-- Selecting contacts: typed fields, tags, segments, custom events.

-- A CHECK cannot be altered, so the table is recreated. Writer: features/contacts.
CREATE TABLE contact_field_new (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL UNIQUE,               -- [a-z][a-z0-9_]{0,39}; its name in templates
  label      TEXT NOT NULL,
  type       TEXT NOT NULL CHECK (type IN
               ('text', 'number', 'boolean', 'date', 'choice', 'multi_choice', 'url')),
  choices    TEXT NOT NULL DEFAULT '[]',
  old_key    TEXT,                               -- set while a task moves the values to a new key
  removed_at INTEGER,                            -- hidden; a task removes its values, then the row
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO contact_field_new (id, key, label, type, choices, created_at)
  SELECT id, key, label, type, choices, created_at FROM contact_field;
DROP TABLE contact_field;
ALTER TABLE contact_field_new RENAME TO contact_field;

-- The contact's location and time zone.
ALTER TABLE contact ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';  -- IANA name
ALTER TABLE contact ADD COLUMN country   TEXT NOT NULL DEFAULT '';  -- ISO 3166-1 alpha-2
ALTER TABLE contact ADD COLUMN city      TEXT NOT NULL DEFAULT '';

-- Writer: features/tags.
CREATE TABLE tag (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  name          TEXT NOT NULL,
  name_key      TEXT NOT NULL UNIQUE,            -- case-folded name
  contact_count INTEGER NOT NULL DEFAULT 0,      -- maintained by triggers on contact_tag
  removed_at    INTEGER,                         -- hidden; a task removes it from its contacts, then the row
  created_at    INTEGER NOT NULL
) STRICT;

-- Clustered by tag, so that the contacts with a tag are adjacent, in order of id. Writer: features/tags.
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

-- A rule that selects contacts, or (static) a fixed set of contacts. Writer: features/segments.
CREATE TABLE segment (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  name         TEXT NOT NULL,
  name_key     TEXT NOT NULL UNIQUE,             -- case-folded name
  description  TEXT NOT NULL DEFAULT '',
  kind         TEXT NOT NULL CHECK (kind IN ('live', 'static')),
  rule         TEXT NOT NULL,                    -- JSON: Rule; for a static segment, the rule it was created from
  member_count INTEGER,                          -- as counted at counted_at
  counted_at   INTEGER,
  state        TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('filling', 'ready')),
  created_by   TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL
) STRICT;

-- The contacts of static segments. Writer: features/segments.
CREATE TABLE segment_member (
  segment_id INTEGER NOT NULL REFERENCES segment (id) ON DELETE CASCADE,
  contact_id INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  PRIMARY KEY (segment_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX segment_member_by_contact ON segment_member (contact_id);

-- The segments of a campaign as compiled at launch; later edits of a segment do not affect it.
-- Writer: features/campaigns, once.
CREATE TABLE campaign_audience (
  campaign_id INTEGER PRIMARY KEY REFERENCES campaign (id) ON DELETE CASCADE,
  audience    TEXT NOT NULL                      -- JSON: AudienceDefinition in delivery/consent.store.ts
) STRICT;

-- Event names, so that each of millions of events stores only a number. Writer: features/events.
CREATE TABLE event_name (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  event_count INTEGER NOT NULL DEFAULT 0,
  last_at     INTEGER NOT NULL
) STRICT;

-- Events reported by customers' own systems; append-only. Writer: features/events.
CREATE TABLE custom_event (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name_id     INTEGER NOT NULL REFERENCES event_name (id),
  contact_id  INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  at          INTEGER NOT NULL,                  -- when it happened
  received_at INTEGER NOT NULL,
  properties  TEXT NOT NULL DEFAULT '{}',        -- JSON object of single values
  key         TEXT                               -- the sender's own id; the same key again is the same event
) STRICT;
CREATE INDEX custom_event_name ON custom_event (name_id, contact_id, at);
CREATE INDEX custom_event_contact ON custom_event (contact_id, at);
CREATE UNIQUE INDEX custom_event_key ON custom_event (key) WHERE key IS NOT NULL;

-- Background tasks on many contacts: renaming fields, removing tags, filling static segments, creating indexes. Writer:
-- features/tasks.
CREATE TABLE audience_task (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL,
  payload     TEXT NOT NULL,                     -- JSON
  state       TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  cursor      TEXT,                              -- advances in the same transaction as its contacts
  done_count  INTEGER NOT NULL DEFAULT 0,
  total       INTEGER,                           -- an estimate
  error       TEXT,
  created_by  TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;

-- Events caused by people, by contact, for segments. Excluding machines keeps the index small, and a query reads one
-- range of it without reading any rows.
CREATE INDEX event_human ON event (kind, contact_id, at, campaign_id, link_no) WHERE class = 'human';

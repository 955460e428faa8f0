-- Consent, with proof; sign-up forms; the preferences page.

-- A public list is a topic: recipients see its name and description, and join or leave it themselves. With double
-- opt-in, a form adds an address only after it has been confirmed. Writer: features/lists.
ALTER TABLE list ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1));
ALTER TABLE list ADD COLUMN double_opt_in INTEGER NOT NULL DEFAULT 1 CHECK (double_opt_in IN (0, 1));

-- Until then the contact receives no campaigns, at their own request. Writer: features/preferences.
ALTER TABLE contact ADD COLUMN paused_until INTEGER;

-- Every consent text ever shown, by the SHA-256 of the text. Writer: features/consent.
CREATE TABLE consent_wording (
  hash       TEXT PRIMARY KEY,
  text       TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER consent_wording_kept BEFORE DELETE ON consent_wording BEGIN
  SELECT RAISE(ABORT, 'a wording is kept for good');
END;
CREATE TRIGGER consent_wording_fixed BEFORE UPDATE ON consent_wording BEGIN
  SELECT RAISE(ABORT, 'a wording never changes');
END;

-- The consent ledger: who agreed to what, when, to which wording, and the proof. Append-only. Entries outlive their
-- contact, so contact_id is not a foreign key. Writers: features/consent, and the ingester (unsubscribes).
CREATE TABLE consent (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  contact_id   INTEGER NOT NULL,
  address      TEXT NOT NULL,                    -- at that time; a pseudonym after erasure
  action       TEXT NOT NULL CHECK (action IN ('given', 'withdrawn', 'changed')),
  list_ids     TEXT NOT NULL DEFAULT '[]',       -- JSON; [] = all mail
  source       TEXT NOT NULL,                    -- for example 'form:3', 'preferences', 'campaign:7', 'import:12'
  actor        TEXT NOT NULL,                    -- 'contact', or who acted for them: user id or 'key:<id>'
  wording_hash TEXT REFERENCES consent_wording (hash),
  wording_version INTEGER,                       -- version of the form's consent text
  form_id      INTEGER,
  ip           TEXT NOT NULL DEFAULT '',
  user_agent   TEXT NOT NULL DEFAULT '',
  proof        TEXT,                             -- JSON, for double opt-in: request, mail and confirmation
  detail       TEXT NOT NULL DEFAULT '',         -- what changed, or the reason given
  erased_at    INTEGER
) STRICT;
CREATE INDEX consent_contact ON consent (contact_id, id);
CREATE INDEX consent_address ON consent (address);
CREATE TRIGGER consent_kept BEFORE DELETE ON consent BEGIN
  SELECT RAISE(ABORT, 'the consent ledger only grows');
END;
-- The only permitted update is an erasure: it removes the personal data from an entry, once.
CREATE TRIGGER consent_fixed BEFORE UPDATE ON consent
WHEN OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL
  OR NEW.ip <> '' OR NEW.user_agent <> '' OR NEW.detail <> '' OR NEW.proof IS NOT NULL
  OR NEW.address LIKE '%@%'
  OR (NEW.id, NEW.at, NEW.contact_id, NEW.action, NEW.list_ids, NEW.source, NEW.actor, NEW.wording_hash,
      NEW.wording_version, NEW.form_id)
     IS NOT (OLD.id, OLD.at, OLD.contact_id, OLD.action, OLD.list_ids, OLD.source, OLD.actor, OLD.wording_hash,
             OLD.wording_version, OLD.form_id)
BEGIN
  SELECT RAISE(ABORT, 'an entry of the consent ledger never changes');
END;

-- Writer: features/forms.
CREATE TABLE form (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  name            TEXT NOT NULL,
  enabled         INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  consent_version INTEGER NOT NULL DEFAULT 0,    -- the newest version in form_wording; 0 = none
  version         INTEGER NOT NULL DEFAULT 1,    -- ETag for concurrent editing
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  settings        TEXT NOT NULL                  -- JSON: FormSettings in features/forms
) STRICT;

-- The consent texts of a form; a version never changes. Writer: features/forms.
CREATE TABLE form_wording (
  form_id    INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
  version    INTEGER NOT NULL,
  hash       TEXT NOT NULL REFERENCES consent_wording (hash),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (form_id, version)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER form_wording_fixed BEFORE UPDATE ON form_wording BEGIN
  SELECT RAISE(ABORT, 'a version of a consent text never changes');
END;

-- Data submitted by a form until the address is confirmed; deleted after 30 days. No contact is created before the
-- confirmation, because anyone can enter anyone's address.
-- Writers: features/forms, features/contacts (when contacts are merged), features/privacy (on erasure).
CREATE TABLE form_signup (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  form_id         INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
  state           TEXT NOT NULL CHECK (state IN ('new', 'waiting', 'done', 'ignored')),
  email           TEXT NOT NULL,
  address         TEXT NOT NULL,
  data            TEXT NOT NULL,                 -- JSON: firstName, lastName, language, fields
  list_ids        TEXT NOT NULL,                 -- JSON
  proven          INTEGER NOT NULL CHECK (proven IN (0, 1)),  -- 1 = the proof of work was done
  consent_version INTEGER NOT NULL,
  ip              TEXT NOT NULL,
  user_agent      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,              -- of the confirmation link
  mailed_at       INTEGER,
  message_id      TEXT NOT NULL DEFAULT '',
  welcomed_at     INTEGER,
  confirmed_at    INTEGER,
  contact_id      INTEGER
) STRICT;
CREATE INDEX form_signup_address ON form_signup (address, mailed_at);
CREATE INDEX form_signup_created ON form_signup (created_at);
CREATE INDEX form_signup_form ON form_signup (form_id, state);

-- A contact's request to change their address, until the new one is confirmed.
-- Writers: features/preferences, and features/privacy on erasure.
CREATE TABLE address_change (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id   INTEGER NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
  email        TEXT NOT NULL,
  address      TEXT NOT NULL,
  ip           TEXT NOT NULL,
  user_agent   TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  mailed_at    INTEGER,
  message_id   TEXT NOT NULL DEFAULT '',
  confirmed_at INTEGER
) STRICT;
CREATE INDEX address_change_contact ON address_change (contact_id);
CREATE INDEX address_change_address ON address_change (address, mailed_at);

-- Daily numbers of views, submits, confirmed, bots; day is its start in UTC (unix ms). Writer: features/forms.
CREATE TABLE form_count (
  form_id INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
  metric  TEXT NOT NULL,
  day     INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (form_id, metric, day)
) STRICT, WITHOUT ROWID;

-- The appearance of pages for recipients; a single row. Writer: features/workspaces.
CREATE TABLE public_look (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  name       TEXT NOT NULL DEFAULT '',           -- '' = the workspace's name
  logo_url   TEXT NOT NULL DEFAULT '',
  color      TEXT NOT NULL DEFAULT '',           -- '#rrggbb'; '' = SwiftMail's default
  updated_at INTEGER NOT NULL
) STRICT;

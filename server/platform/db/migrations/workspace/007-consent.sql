-- Consent: what people agreed to and how it is proven; forms, and the page on which people change their mind.

-- A public list is a topic: people see its name and description, and join and leave it by themselves.
-- With double opt-in nobody joins it by a form before the address is confirmed. Writer: features/lists.
ALTER TABLE list ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0 CHECK (is_public IN (0, 1));
ALTER TABLE list ADD COLUMN double_opt_in INTEGER NOT NULL DEFAULT 1 CHECK (double_opt_in IN (0, 1));

-- Until then the person asked for a rest: no campaign reaches them. Writer: features/preferences.
ALTER TABLE contact ADD COLUMN paused_until INTEGER;

-- Every wording that somebody was shown, by the SHA-256 of its text. Writer: features/consent.
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

-- The ledger: who agreed to what, when, on which words, and how we know. Append-only; it outlives its
-- contact, so that contact_id is no reference. Writers: features/consent, and the ingester (unsubscribes).
CREATE TABLE consent (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  contact_id   INTEGER NOT NULL,
  address      TEXT NOT NULL,                    -- as it was then; a pseudonym once the person was erased
  action       TEXT NOT NULL CHECK (action IN ('given', 'withdrawn', 'changed')),
  list_ids     TEXT NOT NULL DEFAULT '[]',       -- JSON; with [] it is about all mail
  source       TEXT NOT NULL,                    -- 'form:3', 'preferences', 'campaign:7', 'import:12', 'manual', 'api'
  actor        TEXT NOT NULL,                    -- 'contact', or who acted for them: a user id, 'key:<id>'
  wording_hash TEXT REFERENCES consent_wording (hash),
  wording_version INTEGER,                       -- of the form's consent text
  form_id      INTEGER,
  ip           TEXT NOT NULL DEFAULT '',
  user_agent   TEXT NOT NULL DEFAULT '',
  proof        TEXT,                             -- JSON of a double opt-in: when and from where it was asked, mailed, confirmed
  detail       TEXT NOT NULL DEFAULT '',         -- what changed, or the reason given
  erased_at    INTEGER
) STRICT;
CREATE INDEX consent_contact ON consent (contact_id, id);
CREATE INDEX consent_address ON consent (address);
CREATE TRIGGER consent_kept BEFORE DELETE ON consent BEGIN
  SELECT RAISE(ABORT, 'the consent ledger only grows');
END;
-- The one change there is: erasing a person takes what names them out of an entry, once, and leaves the rest.
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
  consent_version INTEGER NOT NULL DEFAULT 0,    -- the newest of form_wording; 0 = none
  version         INTEGER NOT NULL DEFAULT 1,    -- ETag of the document people edit
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  settings        TEXT NOT NULL                  -- JSON: FormSettings of features/forms
) STRICT;

-- The consent texts of a form; one that was shown is never another. Writer: features/forms.
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

-- What somebody sent by a form, until the address is confirmed; forgotten 30 days later. Nobody is a contact
-- before that, because anybody can write anybody's address. Writer: features/forms.
CREATE TABLE form_signup (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  form_id         INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
  state           TEXT NOT NULL CHECK (state IN ('new', 'waiting', 'done', 'ignored')),
  email           TEXT NOT NULL,
  address         TEXT NOT NULL,
  data            TEXT NOT NULL,                 -- JSON: firstName, lastName, language, fields
  list_ids        TEXT NOT NULL,                 -- JSON
  proven          INTEGER NOT NULL CHECK (proven IN (0, 1)),  -- 1 = the work of the captcha was done
  consent_version INTEGER NOT NULL,
  ip              TEXT NOT NULL,
  user_agent      TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,              -- of the link in the confirmation mail
  mailed_at       INTEGER,
  message_id      TEXT NOT NULL DEFAULT '',
  welcomed_at     INTEGER,
  confirmed_at    INTEGER,
  contact_id      INTEGER
) STRICT;
CREATE INDEX form_signup_address ON form_signup (address, mailed_at);
CREATE INDEX form_signup_created ON form_signup (created_at);
CREATE INDEX form_signup_form ON form_signup (form_id, state);

-- A contact's wish for another address, until that one is confirmed. Writer: features/preferences.
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

-- views, submits, confirmed, bots by day (unix ms of its start in UTC). Writer: features/forms.
CREATE TABLE form_count (
  form_id INTEGER NOT NULL REFERENCES form (id) ON DELETE CASCADE,
  metric  TEXT NOT NULL,
  day     INTEGER NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (form_id, metric, day)
) STRICT, WITHOUT ROWID;

-- How pages that recipients see look; one row. Writer: features/preferences.
CREATE TABLE public_look (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  name       TEXT NOT NULL DEFAULT '',           -- '' = the workspace's name
  logo_url   TEXT NOT NULL DEFAULT '',
  color      TEXT NOT NULL DEFAULT '',           -- '#rrggbb'; '' = ours
  updated_at INTEGER NOT NULL
) STRICT;

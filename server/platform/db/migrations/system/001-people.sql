-- People and how they sign in. Writer of user, session, password_reset and sign_in_failure: features/users.
CREATE TABLE user (
  id            TEXT PRIMARY KEY,
  email         TEXT NOT NULL,
  address       TEXT NOT NULL UNIQUE,            -- normalised form of email
  name          TEXT NOT NULL,
  password_hash TEXT NOT NULL,                   -- argon2id
  is_admin      INTEGER NOT NULL DEFAULT 0 CHECK (is_admin IN (0, 1)),
  locale        TEXT NOT NULL DEFAULT 'en',
  created_at    INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL,
  disabled_at   INTEGER
) STRICT;

-- Only the SHA-256 of the id in the cookie is stored.
-- Writer: features/users.
CREATE TABLE session (
  id_hash    TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ip         TEXT NOT NULL DEFAULT '',
  user_agent TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX session_user ON session (user_id);
CREATE INDEX session_expiry ON session (expires_at);

-- Writer: features/users.
CREATE TABLE password_reset (
  token_hash TEXT PRIMARY KEY,
  user_id    TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT;

-- key is 'account:<address hash>' or 'ip:<address>'. Rows are deleted after window_end.
-- Writer: features/users.
CREATE TABLE sign_in_failure (
  key        TEXT PRIMARY KEY,
  failures   INTEGER NOT NULL,
  window_end INTEGER NOT NULL
) STRICT;

-- Instance settings as JSON; secrets in them are encrypted. Writer: platform/settings.store.
CREATE TABLE setting (
  key        TEXT PRIMARY KEY,
  value      TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

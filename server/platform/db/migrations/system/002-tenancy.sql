-- Organizations, workspaces and their members. Writers: features/organizations (organization, organization_member),
-- features/workspaces (workspace, membership), features/api-keys (api_key).
CREATE TABLE organization (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Writer: features/organizations.
CREATE TABLE organization_member (
  organization_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
  user_id         TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  role            TEXT NOT NULL CHECK (role IN ('owner', 'member')),
  created_at      INTEGER NOT NULL,
  PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;

-- number identifies the workspace in tracking tokens: short, and never reused.
-- Writer: features/workspaces.
CREATE TABLE workspace (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
  id              TEXT NOT NULL UNIQUE,          -- file t_<id>.db
  organization_id TEXT NOT NULL REFERENCES organization (id),
  name            TEXT NOT NULL,
  time_zone       TEXT NOT NULL,                 -- IANA name
  postal_address  TEXT NOT NULL,
  status          TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended', 'deleting')),
  tracking        INTEGER NOT NULL DEFAULT 1 CHECK (tracking IN (0, 1)),
  max_per_second  INTEGER,                       -- sending rate limit of the workspace; NULL = none
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX workspace_organization ON workspace (organization_id);

-- Writer: features/workspaces.
CREATE TABLE membership (
  user_id      TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (user_id, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_workspace ON membership (workspace_id);

-- The key itself is shown only once; key_hash is its SHA-256, prefix its first 8 characters.
-- Writer: features/api-keys.
CREATE TABLE api_key (
  id           TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  prefix       TEXT NOT NULL,
  key_hash     TEXT NOT NULL UNIQUE,
  scopes       TEXT NOT NULL,                    -- JSON array of permissions
  created_by   TEXT NOT NULL REFERENCES user (id),
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER,
  revoked_at   INTEGER
) STRICT;
CREATE INDEX api_key_workspace ON api_key (workspace_id);

-- Who was asked to join a workspace. An invitation makes nobody a member: the person accepts it. Expired and
-- accepted ones are forgotten by the nightly clean-up. Writer: features/workspaces.
CREATE TABLE invitation (
  id           TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  email        TEXT NOT NULL,
  address      TEXT NOT NULL,                    -- normalised form of email
  role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
  invited_by   TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  token_hash   TEXT UNIQUE,                      -- SHA-256 of what is in the link; NULL until it is made
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  ended_at     INTEGER                           -- accepted, withdrawn or replaced by a newer one
) STRICT;
CREATE INDEX invitation_workspace ON invitation (workspace_id, created_at);
CREATE INDEX invitation_address ON invitation (address, created_at);

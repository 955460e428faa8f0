-- Invitations to a workspace. The invited person becomes a member only by accepting. The nightly clean-up deletes
-- expired and ended ones. Writer: features/workspaces.
CREATE TABLE invitation (
  id           TEXT PRIMARY KEY,
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  email        TEXT NOT NULL,
  address      TEXT NOT NULL,                    -- normalised form of email
  role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer')),
  invited_by   TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  token_hash   TEXT UNIQUE,                      -- SHA-256 of the token in the link; NULL until the link is created
  created_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  ended_at     INTEGER                           -- when it was accepted, withdrawn or replaced
) STRICT;
CREATE INDEX invitation_workspace ON invitation (workspace_id, created_at);
CREATE INDEX invitation_address ON invitation (address, created_at);

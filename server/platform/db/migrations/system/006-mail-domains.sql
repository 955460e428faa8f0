-- Workspaces that claim the mail to a domain or to names directly below it: postmaster@, abuse@, feedback and DMARC
-- reports. Several workspaces may claim a name; it is delivered to those whose key is in its DNS. Writer: inbound/.
CREATE TABLE mail_domain (
  name         TEXT NOT NULL,                    -- A-label
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (name, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_domain_workspace ON mail_domain (workspace_id);

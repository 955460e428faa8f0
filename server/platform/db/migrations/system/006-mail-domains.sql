-- Whose mail to a domain, or to a name right below it, is: postmaster@, abuse@, feedback and DMARC reports.
-- More than one workspace may claim a name; only one whose key is in its DNS gets the mail. Writer: inbound/.
CREATE TABLE mail_domain (
  name         TEXT NOT NULL,                    -- A-label
  workspace_id TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (name, workspace_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_domain_workspace ON mail_domain (workspace_id);

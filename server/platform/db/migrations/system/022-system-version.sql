-- Counts the changes that an older copy of this file would undo: of who may do what, of what is in the audit log, of whom
-- nobody may mail, and of which jobs have ended. local/system-seen remembers the count outside this file. Writers: the
-- triggers below; platform/db (history, is_noted).
CREATE TABLE system_version (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  history  TEXT NOT NULL,                        -- a new one begins when an older copy was found, so that counts compare
  n        INTEGER NOT NULL,
  is_noted INTEGER NOT NULL DEFAULT 0            -- 1 = local/system-seen was made
) STRICT;
INSERT INTO system_version (id, history, n) VALUES (1, lower(hex(randomblob(16))), 0);

CREATE TRIGGER version_audit AFTER INSERT ON audit BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_user_added AFTER INSERT ON user BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_user_changed AFTER UPDATE OF address, password_hash, is_admin, disabled_at ON user BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_user_gone AFTER DELETE ON user BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_session_gone AFTER DELETE ON session BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_reset_used AFTER UPDATE OF used_at ON password_reset BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_owner_added AFTER INSERT ON organization_member BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_owner_changed AFTER UPDATE ON organization_member BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_owner_gone AFTER DELETE ON organization_member BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_member_added AFTER INSERT ON membership BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_member_changed AFTER UPDATE ON membership BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_member_gone AFTER DELETE ON membership BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_invitation AFTER UPDATE OF token_hash, ended_at ON invitation BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_key_added AFTER INSERT ON api_key BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_key_changed AFTER UPDATE OF scopes, revoked_at ON api_key BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_key_gone AFTER DELETE ON api_key BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_suppressed AFTER INSERT ON instance_suppression BEGIN UPDATE system_version SET n = n + 1; END;
CREATE TRIGGER version_suppression_changed AFTER UPDATE ON instance_suppression BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_domain_blocked AFTER INSERT ON instance_blocked_domain BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_block_changed AFTER UPDATE ON instance_blocked_domain BEGIN
  UPDATE system_version SET n = n + 1;
END;
CREATE TRIGGER version_job_ended AFTER UPDATE OF state ON job WHEN new.state IN ('done', 'dead', 'cancelled') BEGIN
  UPDATE system_version SET n = n + 1;
END;

-- workspace_seen.is_held may be 2 as well: an older copy of this file was found, and delivery has not stopped the
-- campaigns yet.

-- 1 = the password is from before an older copy of this file was found. Writer: features/users.
ALTER TABLE user ADD COLUMN password_is_old INTEGER NOT NULL DEFAULT 0 CHECK (password_is_old IN (0, 1));

-- When the key was turned off because an older copy of this file was found; NULL = it works. Writer: features/api-keys.
ALTER TABLE api_key ADD COLUMN held_at INTEGER;

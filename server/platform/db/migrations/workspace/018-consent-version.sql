-- Counts every change that can remove someone from an audience. Delivery stores the number when it loads a message and
-- checks the recipient again right before MAIL if the number has changed. Triggers maintain it rather than the writers
-- of these tables, so that no way of opting out can be missed. Writer: the triggers below.
-- A change that can only add recipients (lifting a suppression) requires no second check and is not counted.
CREATE TABLE consent_version (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  n  INTEGER NOT NULL
) STRICT;
INSERT INTO consent_version VALUES (1, 0);

CREATE TRIGGER consent_contact_changed AFTER UPDATE ON contact BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_contact_removed AFTER DELETE ON contact BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_list_joined AFTER INSERT ON list_contact BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_list_changed AFTER UPDATE ON list_contact BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_list_left AFTER DELETE ON list_contact BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_tag_added AFTER INSERT ON contact_tag BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_tag_removed AFTER DELETE ON contact_tag BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_member_added AFTER INSERT ON segment_member BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_member_removed AFTER DELETE ON segment_member BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_suppressed AFTER INSERT ON suppression BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_suppression_changed AFTER UPDATE ON suppression BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_domain_blocked AFTER INSERT ON blocked_domain BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_block_changed AFTER UPDATE ON blocked_domain BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_merged AFTER INSERT ON contact_merge BEGIN
  UPDATE consent_version SET n = n + 1;
END;

-- A person who has requested erasure is no longer mailed, even while the erasure is pending or has failed.
CREATE INDEX privacy_request_erasing ON privacy_request (contact_id) WHERE kind = 'erase' AND state <> 'done';
CREATE TRIGGER consent_erasure_asked AFTER INSERT ON privacy_request WHEN NEW.kind = 'erase' BEGIN
  UPDATE consent_version SET n = n + 1;
END;

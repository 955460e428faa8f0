-- Counts every change by which the instance forbids an address or a domain. Delivery reads it together with the
-- workspace's table of the same name. Writer: the triggers below.
CREATE TABLE consent_version (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  n  INTEGER NOT NULL
) STRICT;
INSERT INTO consent_version VALUES (1, 0);

CREATE TRIGGER consent_suppressed AFTER INSERT ON instance_suppression BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_suppression_changed AFTER UPDATE ON instance_suppression BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_domain_blocked AFTER INSERT ON instance_blocked_domain BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_block_changed AFTER UPDATE ON instance_blocked_domain BEGIN
  UPDATE consent_version SET n = n + 1;
END;

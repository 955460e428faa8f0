-- A contact whose status an import did not understand is held back from mail, but has not unsubscribed: such a
-- suppression gets a reason of its own. SQLite cannot change a CHECK, so the table is rebuilt; its indexes and triggers
-- are those of 001, 006, 018 and 020.
CREATE TABLE suppression_new (
  address    TEXT PRIMARY KEY,
  reason     TEXT NOT NULL CHECK (reason IN ('unsubscribed', 'hard_bounce', 'complaint', 'manual', 'unclear')),
  source     TEXT NOT NULL DEFAULT '',           -- 'campaign:7', 'import:3', 'manual'
  detail     TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;

-- What was "Not understood in the file: frozen" is now the detail "frozen" of the reason "unclear".
INSERT INTO suppression_new (address, reason, source, detail, created_at, expires_at)
SELECT address,
       CASE WHEN reason = 'unsubscribed' AND substr(detail, 1, 27) = 'Not understood in the file:' THEN 'unclear'
            ELSE reason END,
       source,
       CASE WHEN reason = 'unsubscribed' AND substr(detail, 1, 27) = 'Not understood in the file:'
            THEN CASE trim(substr(detail, 28)) WHEN 'no status' THEN '' ELSE trim(substr(detail, 28)) END
            ELSE detail END,
       created_at, expires_at
  FROM suppression;
UPDATE suppression_claim
   SET reason = 'unclear',
       detail = CASE trim(substr(detail, 28)) WHEN 'no status' THEN '' ELSE trim(substr(detail, 28)) END
 WHERE reason = 'unsubscribed' AND substr(detail, 1, 27) = 'Not understood in the file:';

DROP TABLE suppression;
ALTER TABLE suppression_new RENAME TO suppression;

CREATE INDEX suppression_created ON suppression (created_at, address);
CREATE INDEX suppression_reason ON suppression (reason, address);
CREATE INDEX suppression_expiry ON suppression (expires_at) WHERE expires_at IS NOT NULL;

INSERT INTO audience_count VALUES ('suppression:unclear', 0);
UPDATE audience_count
   SET n = (SELECT count(*) FROM suppression WHERE reason = substr(name, 13))
 WHERE name IN ('suppression:unclear', 'suppression:unsubscribed');

CREATE TRIGGER suppression_added AFTER INSERT ON suppression BEGIN
  UPDATE audience_count SET n = n + 1 WHERE name = 'suppression:' || NEW.reason;
END;
CREATE TRIGGER suppression_changed AFTER UPDATE OF reason ON suppression WHEN NEW.reason <> OLD.reason BEGIN
  UPDATE audience_count SET n = n - 1 WHERE name = 'suppression:' || OLD.reason;
  UPDATE audience_count SET n = n + 1 WHERE name = 'suppression:' || NEW.reason;
END;
CREATE TRIGGER suppression_removed AFTER DELETE ON suppression BEGIN
  UPDATE audience_count SET n = n - 1 WHERE name = 'suppression:' || OLD.reason;
END;
CREATE TRIGGER consent_suppressed AFTER INSERT ON suppression BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER consent_suppression_changed AFTER UPDATE ON suppression BEGIN
  UPDATE consent_version SET n = n + 1;
END;
CREATE TRIGGER suppression_claim_kept AFTER UPDATE OF source ON suppression
WHEN OLD.source <> NEW.source AND OLD.expires_at IS NULL
 AND (OLD.source LIKE 'bulk:%' OR OLD.reason = 'unclear')
BEGIN
  INSERT OR IGNORE INTO suppression_claim (address, source, reason, detail, created_at)
  VALUES (OLD.address, OLD.source, OLD.reason, OLD.detail, OLD.created_at);
END;

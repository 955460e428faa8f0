-- An address has one suppression. Where that one can be undone (a bulk action, a status in a file that was not
-- understood), what others say of the address meanwhile is kept here, and takes its place when it goes. Writers:
-- features/suppressions, and the trigger below, whoever replaces such a suppression.
CREATE TABLE suppression_claim (
  address    TEXT NOT NULL REFERENCES suppression (address) ON DELETE CASCADE,
  source     TEXT NOT NULL,
  reason     TEXT NOT NULL,
  detail     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (address, source)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER suppression_claim_kept AFTER UPDATE OF source ON suppression
WHEN OLD.source <> NEW.source AND OLD.expires_at IS NULL
 AND (OLD.source LIKE 'bulk:%' OR (OLD.source LIKE 'import:%' AND OLD.detail LIKE 'Not understood in the file:%'))
BEGIN
  INSERT OR IGNORE INTO suppression_claim (address, source, reason, detail, created_at)
  VALUES (OLD.address, OLD.source, OLD.reason, OLD.detail, OLD.created_at);
END;

-- An address has only one suppression. While it is one that can be undone (from a bulk action, or from a file's status
-- that was not understood), other reasons to suppress the address are kept here, and one of them takes its place when
-- it is undone. Writers: features/suppressions, and the trigger below, when such a suppression is replaced.
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

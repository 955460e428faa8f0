-- What the limiter does about server replies. A shipped rule without changes has no row: it is part of the program
-- (delivery/result/shipped-rules.ts). Writer: features/limit-rules.
CREATE TABLE limit_rule (
  key        TEXT PRIMARY KEY,                   -- 'own-<id>', or the key of the changed shipped rule
  position   INTEGER NOT NULL,
  enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  rule       TEXT,                               -- JSON: LimitRule; NULL = as shipped
  version    INTEGER NOT NULL,                   -- version of the shipped rules when it was changed
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the limiter does about what servers say. A rule that was never changed here has no row: it comes with
-- the program (delivery/result/shipped-rules.ts). Writer: features/limit-rules.
CREATE TABLE limit_rule (
  key        TEXT PRIMARY KEY,                   -- 'own-<id>', or of the shipped rule that is changed
  position   INTEGER NOT NULL,
  enabled    INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  rule       TEXT,                               -- JSON: LimitRule; NULL = as shipped
  version    INTEGER NOT NULL,                   -- of the shipped rules, when it was changed
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Requests that have begun and may change something. The row is written before the handler runs, and goes in the
-- transaction that adds the entry to the audit log. What is left after a kill becomes an entry at the next start.
-- Writer: platform/audit.
CREATE TABLE audit_intent (
  id           INTEGER PRIMARY KEY,
  at           INTEGER NOT NULL,
  actor_id     TEXT,
  workspace_id TEXT,
  action       TEXT NOT NULL,
  target       TEXT NOT NULL DEFAULT ''
) STRICT;

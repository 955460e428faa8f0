-- Jobs, due times and the audit log. Writers: features/audit (audit), platform/scheduler (job), delivery/queue
-- (workspace_due), platform/http (idempotency_key).

-- Tamper-evident: hash = SHA-256(prev_hash || row), so that a changed or missing row breaks the chain.
-- Writer: features/audit.
CREATE TABLE audit (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  at           INTEGER NOT NULL,
  actor_id     TEXT,                             -- user id, 'key:<id>' or 'system'
  workspace_id TEXT,
  action       TEXT NOT NULL,                    -- for example 'campaign.launch'
  target       TEXT NOT NULL DEFAULT '',
  detail       TEXT NOT NULL DEFAULT '{}',
  prev_hash    TEXT NOT NULL,
  hash         TEXT NOT NULL
) STRICT;
CREATE INDEX audit_workspace ON audit (workspace_id, id);

-- Durable jobs. While a job is open, its unique_key prevents the same job from being queued again.
-- Writer: platform/scheduler.
CREATE TABLE job (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT NOT NULL,
  workspace_id TEXT,
  unique_key   TEXT,
  payload      TEXT NOT NULL DEFAULT '{}',
  state        TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'running', 'done', 'dead', 'cancelled')),
  due_at       INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL DEFAULT 8,
  owner        TEXT,                             -- the process running it
  lease_until  INTEGER,
  last_error   TEXT,
  created_at   INTEGER NOT NULL,
  finished_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX job_open_key ON job (unique_key) WHERE unique_key IS NOT NULL AND state IN ('ready', 'running');
CREATE INDEX job_due ON job (due_at) WHERE state = 'ready';
CREATE INDEX job_running ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_dead ON job (id) WHERE state = 'dead';

-- When delivery must next check a workspace. An idle workspace has no row, so its file is not opened.
-- Writer: delivery/queue.
CREATE TABLE workspace_due (
  workspace_id TEXT PRIMARY KEY,
  next_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX workspace_due_next ON workspace_due (next_at);

-- The response to a creating POST, returned again for the same key and body within a day.
-- Writer: platform/http.
CREATE TABLE idempotency_key (
  scope        TEXT NOT NULL,                    -- actor, method and path
  key          TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  status       INTEGER,                          -- NULL while the first request is running
  body         TEXT,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency_key (created_at);

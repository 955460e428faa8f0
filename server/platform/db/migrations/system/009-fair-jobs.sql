-- Writer: platform/scheduler. Jobs are taken in turns by workspace, the oldest of each first: one with ten thousand
-- waiting jobs costs the others no more to find than one with a single job.
CREATE INDEX job_turn ON job (kind, coalesce(workspace_id, ''), due_at, id) WHERE state = 'ready';
CREATE INDEX job_kind_due ON job (kind, due_at) WHERE state = 'ready';

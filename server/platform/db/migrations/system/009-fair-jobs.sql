-- Writer: platform/scheduler. Workspaces take turns, and the oldest job of each runs first. These indexes make finding
-- the next job equally fast for a workspace with one job and one with ten thousand.
CREATE INDEX job_turn ON job (kind, coalesce(workspace_id, ''), due_at, id) WHERE state = 'ready';
CREATE INDEX job_kind_due ON job (kind, due_at) WHERE state = 'ready';

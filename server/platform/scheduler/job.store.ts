import type { Connection } from "../db/driver.ts";
import { statement } from "../db/statements.ts";
import type { JobRow, JobState } from "./job.ts";

export type ClaimedRow = {
  id: number;
  kind: string;
  workspaceId: string | null;
  uniqueKey: string | null;
  payload: string;
  attempts: number;
  maxAttempts: number;
};

/** A job that could be claimed. `workspace` is empty for one of the instance itself. */
export type Candidate = { id: number; kind: string; workspace: string; dueAt: number };

/** Identifies one run of a job. A later run has another attempt number, so an earlier one cannot settle it. */
export type RunKey = { id: number; owner: string; attempts: number };

const insertJob = statement<
  [
    {
      kind: string;
      workspaceId: string | null;
      uniqueKey: string | null;
      payload: string;
      dueAt: number;
      maxAttempts: number;
      now: number;
    },
  ],
  { id: number }
>(`
  INSERT INTO job (kind, workspace_id, unique_key, payload, due_at, max_attempts, created_at)
  VALUES (@kind, @workspaceId, @uniqueKey, @payload, @dueAt, @maxAttempts, @now)
  ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state IN ('ready', 'running') DO NOTHING
  RETURNING id
`);

// A job is selected by a read, then claimed by one statement that repeats the conditions. Two processes that select the
// same job cannot both claim it, since SQLite allows one writer at a time.
const selectDueKinds = statement<[{ kinds: string; now: number }], { kind: string }>(`
  SELECT value AS kind
    FROM json_each(@kinds)
   WHERE (SELECT min(due_at) FROM job WHERE state = 'ready' AND kind = value) <= @now
`);

// The oldest job of the next workspace; found directly in the index, however many jobs that workspace has.
const selectNextWorkspace = statement<[{ kind: string; after: string }], Candidate>(`
  SELECT id, kind, coalesce(workspace_id, '') AS workspace, due_at AS dueAt
    FROM job
   WHERE state = 'ready' AND kind = @kind AND coalesce(workspace_id, '') > @after
   ORDER BY coalesce(workspace_id, ''), due_at, id
   LIMIT 1
`);

const selectNoWorkspace = statement<[{ kind: string }], Candidate>(`
  SELECT id, kind, '' AS workspace, due_at AS dueAt
    FROM job
   WHERE state = 'ready' AND kind = @kind AND coalesce(workspace_id, '') = ''
   ORDER BY due_at, id
   LIMIT 1
`);

// A running job whose lease has expired belonged to a process that died.
const selectAbandoned = statement<[{ kinds: string; now: number }], Candidate>(`
  SELECT id, kind, coalesce(workspace_id, '') AS workspace, due_at AS dueAt
    FROM job
   WHERE state = 'running' AND lease_until < @now AND kind IN (SELECT value FROM json_each(@kinds))
   ORDER BY due_at, id
`);

const claimJob = statement<
  [{ id: number; owner: string; now: number; leaseUntil: number }],
  ClaimedRow
>(`
  UPDATE job
     SET state = 'running', owner = @owner, lease_until = @leaseUntil, attempts = attempts + 1
   WHERE id = @id
     AND (state = 'ready' AND due_at <= @now OR state = 'running' AND lease_until < @now)
  RETURNING id, kind, workspace_id AS workspaceId, unique_key AS uniqueKey, payload, attempts,
            max_attempts AS maxAttempts
`);

const extendLease = statement<[RunKey & { leaseUntil: number }]>(`
  UPDATE job
     SET lease_until = @leaseUntil
   WHERE id = @id AND owner = @owner AND attempts = @attempts AND state = 'running'
`);

const settleRun = statement<
  [RunKey & { state: JobState; dueAt: number; error: string | null; finishedAt: number | null }]
>(`
  UPDATE job
     SET state = @state, due_at = @dueAt, last_error = @error, finished_at = @finishedAt,
         owner = NULL, lease_until = NULL
   WHERE id = @id AND owner = @owner AND attempts = @attempts AND state = 'running'
`);

// A run that the process interrupted itself (it is stopping, or others have their turn) did not fail, so it does not
// count as an attempt.
const handBackRun = statement<[RunKey & { dueAt: number | null }]>(`
  UPDATE job
     SET state = 'ready', attempts = attempts - 1, owner = NULL, lease_until = NULL,
         due_at = coalesce(@dueAt, due_at)
   WHERE id = @id AND owner = @owner AND attempts = @attempts AND state = 'running'
`);

const cancelOpen = statement<[{ uniqueKey: string; now: number }]>(`
  UPDATE job
     SET state = 'cancelled', finished_at = @now, owner = NULL, lease_until = NULL
   WHERE unique_key = @uniqueKey AND state IN ('ready', 'running')
`);

const cancelOfInstance = statement<[now: number]>(`
  UPDATE job
     SET state = 'cancelled', finished_at = ?, owner = NULL, lease_until = NULL
   WHERE workspace_id IS NULL AND unique_key IS NULL AND state IN ('ready', 'running')
`);

const selectOpen = statement<[{ kind: string; workspaceId: string; payload: string }]>(`
  SELECT 1 FROM job
   WHERE kind = @kind AND workspace_id = @workspaceId AND payload = @payload AND state IN ('ready', 'running')
   LIMIT 1
`);

const moveReadyEarlier = statement<[{ uniqueKey: string; dueAt: number }]>(`
  UPDATE job SET due_at = @dueAt
   WHERE unique_key = @uniqueKey AND state = 'ready' AND due_at > @dueAt
`);

// Only jobs meant to run at once: a job with a due time after its creation was scheduled for that time and keeps it.
const makeDueNow = statement<[{ now: number }]>(`
  UPDATE job SET due_at = @now WHERE state = 'ready' AND due_at > @now AND due_at <= created_at
`);

const selectNextDue = statement<[], { dueAt: number | null }>(`
  SELECT min(due_at) AS dueAt FROM job WHERE state = 'ready'
`);

const columns = `id, kind, workspace_id AS workspaceId, state, due_at AS dueAt, attempts,
  max_attempts AS maxAttempts, last_error AS lastError, created_at AS createdAt,
  finished_at AS finishedAt`;

const selectJobs = statement<[{ state: string | null; before: number; limit: number }], JobRow>(`
  SELECT ${columns}
    FROM job
   WHERE id < @before AND (@state IS NULL OR state = @state)
   ORDER BY id DESC
   LIMIT @limit
`);

const selectJob = statement<[id: number], JobRow>(`SELECT ${columns} FROM job WHERE id = ?`);

const reviveDead = statement<[{ id: number; now: number }]>(`
  UPDATE OR IGNORE job
     SET state = 'ready', attempts = 0, due_at = @now, finished_at = NULL
   WHERE id = @id AND state = 'dead'
`);

// By ranges of ids, so that each step reads few rows even if most of them are kept.
const selectRangeEnd = statement<[{ after: number; rows: number }], { last: number | null }>(`
  SELECT max(id) AS last FROM (SELECT id FROM job WHERE id > @after ORDER BY id LIMIT @rows)
`);

const deleteFinished = statement<[{ after: number; last: number; before: number }]>(`
  DELETE FROM job
   WHERE id > @after AND id <= @last AND state IN ('done', 'cancelled') AND finished_at < @before
`);

const countByState = statement<[], { state: JobState; n: number }>(`
  SELECT state, count(*) AS n FROM job GROUP BY state
`);

// A partial index answers each part, so the many finished jobs are not read.
const countUnfinished = statement<[], { state: JobState; n: number }>(`
  SELECT 'ready' AS state, count(*) AS n FROM job WHERE state = 'ready'
  UNION ALL SELECT 'running', count(*) FROM job WHERE state = 'running'
  UNION ALL SELECT 'dead', count(*) FROM job WHERE state = 'dead'
`);

/** The new job's id; undefined when a job with its unique key is already open. */
export function addJob(
  db: Connection,
  job: {
    kind: string;
    workspaceId: string | null;
    uniqueKey: string | null;
    payload: string;
    dueAt: number;
    maxAttempts: number;
    now: number;
  },
): number | undefined {
  return insertJob(db).get(job)?.id;
}

/** Those of the given kinds that have a due job. */
export function dueKinds(db: Connection, kinds: readonly string[], now: number): string[] {
  return selectDueKinds(db)
    .all({ kinds: JSON.stringify(kinds), now })
    .map(({ kind }) => kind);
}

/** The oldest waiting job of this kind in the first workspace after `after`, whether due or not. */
export function nextWorkspaceJob(
  db: Connection,
  kind: string,
  after: string,
): Candidate | undefined {
  return selectNextWorkspace(db).get({ kind, after });
}

/** The oldest waiting job of this kind that belongs to no workspace, whether due or not. */
export function nextInstanceJob(db: Connection, kind: string): Candidate | undefined {
  return selectNoWorkspace(db).get({ kind });
}

/** Jobs of these kinds whose process died while running them, oldest first. */
export function abandonedJobs(db: Connection, kinds: readonly string[], now: number): Candidate[] {
  return selectAbandoned(db).all({ kinds: JSON.stringify(kinds), now });
}

/** Claims the job for `owner`; undefined when another process was faster or the job is no longer due. */
export function claim(
  db: Connection,
  claimed: { id: number; owner: string; now: number; leaseUntil: number },
): ClaimedRow | undefined {
  return claimJob(db).get(claimed);
}

/** False when the run no longer owns the job: it was cancelled, or its lease expired and another run took it. */
export function heartbeat(db: Connection, run: RunKey, leaseUntil: number): boolean {
  return extendLease(db).run({ ...run, leaseUntil }).changes === 1;
}

/** False, changing nothing, when the run no longer owns the job. */
export function settle(
  db: Connection,
  run: RunKey,
  outcome: { state: JobState; dueAt: number; error: string | null; finishedAt: number | null },
): boolean {
  return settleRun(db).run({ ...run, ...outcome }).changes === 1;
}

/** Returns the job to the queue without counting the attempt; due as before, or at `dueAt`. */
export function returnToQueue(db: Connection, run: RunKey, dueAt: number | null): boolean {
  return handBackRun(db).run({ ...run, dueAt }).changes === 1;
}

export function cancelByKey(db: Connection, uniqueKey: string, now: number): boolean {
  return cancelOpen(db).run({ uniqueKey, now }).changes > 0;
}

/** True while a job of this kind with exactly this payload waits or runs. */
export function isJobOpen(
  db: Connection,
  job: { kind: string; workspaceId: string; payload: string },
): boolean {
  return selectOpen(db).get(job) !== undefined;
}

export function bringForward(db: Connection, uniqueKey: string, dueAt: number): void {
  moveReadyEarlier(db).run({ uniqueKey, dueAt });
}

/**
 * Makes jobs due at `now` that were meant to run at once but have a due time in the future, because the clock stepped
 * back.
 */
export function bringBack(db: Connection, now: number): void {
  makeDueNow(db).run({ now });
}

/**
 * Cancels mail of the instance that is still waiting, because it may already have been sent. Recurring work has a key
 * and continues. Jobs of workspaces check in their workspace's file what is already done.
 */
export function cancelInstanceMail(db: Connection, now: number): void {
  cancelOfInstance(db).run(now);
}

/** Unix ms of the earliest waiting job. */
export function nextDue(db: Connection): number | undefined {
  return selectNextDue(db).get()?.dueAt ?? undefined;
}

/** Jobs with an id below `before`, newest first. */
export function jobsBefore(
  db: Connection,
  page: { state: JobState | undefined; before: number | undefined; limit: number },
): JobRow[] {
  const before = page.before ?? Number.MAX_SAFE_INTEGER;
  return selectJobs(db).all({ state: page.state ?? null, before, limit: page.limit });
}

export function findJob(db: Connection, id: number): JobRow | undefined {
  return selectJob(db).get(id);
}

/** False when the job is not dead or another job with its unique key has been queued since. */
export function revive(db: Connection, id: number, now: number): boolean {
  return reviveDead(db).run({ id, now }).changes === 1;
}

/** The number of jobs a step deleted, and the id after which the next step continues. */
export type ForgetStep = { deleted: number; next: number | undefined };

/**
 * Deletes, of the next 500 jobs after the id `after`, those that finished before `before` (unix ms). Returns the
 * number, and where the next step continues if there are more.
 */
export function forgetFinished(
  db: Connection,
  { after, before }: { after: number; before: number },
): ForgetStep {
  const last = selectRangeEnd(db).get({ after, rows: 500 })?.last ?? undefined;
  const deleted = last === undefined ? 0 : deleteFinished(db).run({ after, last, before }).changes;
  return { deleted, next: last };
}

export function jobCounts(db: Connection): { state: JobState; n: number }[] {
  return countByState(db).all();
}

export function unfinishedCounts(db: Connection): { state: JobState; n: number }[] {
  return countUnfinished(db).all();
}

import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, notFound } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import {
  advanceTask,
  closeTask,
  findSameTask,
  findTask,
  insertTask,
  openTasks,
  type TaskKind,
  type TaskRow,
} from "./tasks.store.ts";

/** Kind of the job that does a task of a workspace. Payload: `{ id }`. */
export const TASK_JOB = "audience.task";

/** Kind of the job that makes an index: one statement that takes seconds. Payload: `{ id }`. */
export const INDEX_JOB = "audience.index";

/** Between two steps, so that other writers of the workspace get their turn. */
const PAUSE_MS = 3;

/** What starting a task needs of its surroundings. */
export type TaskContext = {
  db: Connection;
  jobs: JobQueue;
  workspaceId: string;
  actorId: string;
  now: number;
};

/** What one step did, and where the next goes on; no `cursor` when that was the last. */
export type Step = { done: number; cursor: string | undefined };

/**
 * One step of a task, run inside a transaction that also moves the task on. A step must be short, since
 * others wait for the lock, and may run again after a crash only from its cursor.
 */
export type StepOf = (
  db: Connection,
  task: { id: number; payload: unknown; cursor: string | null },
  now: number,
) => Step;

/**
 * Queues work on many contacts; the same work that waits already is not queued twice. In a transaction of
 * the caller's, the task exists only if that commits.
 */
export function startTask(
  context: TaskContext,
  task: { kind: TaskKind; payload: Record<string, unknown>; total?: number },
) {
  const payload = JSON.stringify(task.payload);
  const known = findSameTask(context.db, task.kind, payload);
  if (known !== undefined) {
    return toTask(known);
  }
  return inTransaction(context.db, () => {
    const same = findSameTask(context.db, task.kind, payload);
    if (same !== undefined) {
      return toTask(same);
    }
    const row = insertTask(context.db, {
      kind: task.kind,
      payload,
      total: task.total ?? null,
      by: context.actorId,
      now: context.now,
    });
    // The job is in another database: committed just before the row, it does nothing without it.
    const job = task.kind === "field_index" ? INDEX_JOB : TASK_JOB;
    context.jobs.enqueue(job, context.workspaceId, { id: row.id });
    return toTask(row);
  });
}

/** @throws AppError `not_found` */
export function getTask(db: Connection, id: number) {
  const row = findTask(db, id);
  if (row === undefined) {
    throw notFound("task");
  }
  return toTask(row);
}

/** Tasks that wait or run, newest first. */
export const listOpenTasks = (db: Connection) => openTasks(db).map(toTask);

/**
 * Stops a task after its current step; what is done stays done. Removals and renames cannot be stopped:
 * half of them would be neither one thing nor the other.
 *
 * @throws AppError `not_found`, `illegal_state`
 */
export function cancelTask(db: Connection, id: number, now: number) {
  const { kind } = getTask(db, id);
  const canStop = kind === "tag_apply";
  if (!canStop || !closeTask(db, { id, state: "cancelled", error: null, now })) {
    throw new AppError(
      "illegal_state",
      canStop
        ? "This task has already ended."
        : "A removal, merge or rename cannot be stopped half-way.",
    );
  }
  return getTask(db, id);
}

/** Does a task step by step; after a crash the next run goes on at its cursor. */
export async function runTask(
  open: () => Connection,
  id: number,
  steps: Record<TaskKind, StepOf>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  while (oneStep(open(), id, steps, clock())) {
    signal.throwIfAborted();
    await Bun.sleep(PAUSE_MS);
  }
}

/** Returns false when that was the last step, or the task was cancelled. */
function oneStep(
  db: Connection,
  id: number,
  steps: Record<TaskKind, StepOf>,
  now: number,
): boolean {
  return inTransaction(db, () => {
    const row = findTask(db, id);
    if (row === undefined || (row.state !== "queued" && row.state !== "running")) {
      return false;
    }
    const task = { id, payload: JSON.parse(row.payload) as unknown, cursor: row.cursor };
    const { done, cursor } = steps[row.kind](db, task, now);
    advanceTask(db, { id, cursor: cursor ?? null, by: done });
    if (cursor === undefined) {
      closeTask(db, { id, state: "done", error: null, now });
    }
    return cursor !== undefined;
  });
}

function toTask(row: TaskRow) {
  const { id, kind, state, doneCount, total, error, createdAt, finishedAt } = row;
  return { id, kind, state, doneCount, total, error, createdAt, finishedAt };
}

import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import type { WaitingWork } from "../../platform/scheduler/job.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { spokenError } from "../../reasons/because.ts";
import { atWork } from "./task-at-work.ts";
import type { TaskKind, TaskKinds } from "./task-kind.service.ts";
import { addLine } from "./task-log.store.ts";
import type { TaskName } from "./tasks.schema.ts";
import {
  closeTask,
  deleteOldTasks,
  findSameTask,
  findTask,
  giveUpTask,
  insertTask,
  newestTasks,
  openTasks,
  queueAgain,
  queueUndo,
  startAgain,
  type TaskRow,
} from "./tasks.store.ts";

export { findFormerTask } from "./tasks.store.ts";

/** The kind of job that undoes a task. Payload: `{ id }`. */
export const UNDO_JOB = "task.undo";

/** How long a task can be undone. */
const UNDO_MS = 7 * DAY_MS;
/** The end of the undo period for kinds of tasks that can be undone without a time limit. */
const NO_LIMIT = Date.UTC(9999, 11, 31, 23, 59, 59);
/** How long a finished task can be viewed. */
const KEPT_MS = 90 * DAY_MS;
const SHOWN = 50;
const MAX_WAITING = 10_000;

/** What starting or undoing a task depends on. */
export type TaskContext = {
  db: Connection;
  jobs: JobQueue;
  workspaceId: string;
  actorId: string;
  now: number;
};

/**
 * Queues a task. Work of a shared kind that is already waiting or running is not queued twice. In a caller's
 * transaction, the task exists only if that commits.
 *
 * @param task.delayMs How long the job waits. Callers that do the work themselves need the job only after a crash.
 */
export function startTask(
  context: TaskContext,
  kind: TaskKind,
  task: { payload: Record<string, unknown>; total?: number; delayMs?: number },
) {
  const { db, now } = context;
  const payload = JSON.stringify(task.payload);
  const sameTask = () => (kind.isShared ? findSameTask(db, kind.name, payload) : undefined);
  // Checked before the transaction, so that an existing task is found without a lock.
  const known = sameTask();
  if (known !== undefined) {
    return toTask(db, kind, known);
  }
  return inTransaction(db, () => {
    const same = sameTask();
    if (same !== undefined) {
      return toTask(db, kind, same);
    }
    const row = insertTask(db, {
      kind: kind.name,
      payload,
      total: task.total ?? null,
      by: context.actorId,
      now,
      undoUntil: undoLimit(kind, now),
    });
    // The job is in another database and is committed just before the row. If the row is missing, the job does nothing.
    const due = { dueAt: now + (task.delayMs ?? 0) };
    context.jobs.enqueue(kind.lane, context.workspaceId, { id: row.id }, due);
    return toTask(db, kind, row);
  });
}

/** A task of one of these kinds. @throws AppError `not_found` */
export function getTask(db: Connection, kinds: TaskKinds, id: number) {
  const { kind, row } = rowOf(db, kinds, id);
  return toTask(db, kind, row);
}

function undoLimit(kind: TaskKind, now: number): number | null {
  if (kind.undo === undefined) {
    return null;
  }
  return kind.canUndo === undefined ? now + UNDO_MS : NO_LIMIT;
}

/** Tasks of these kinds, newest first: those waiting, running or being undone, or also the newest finished ones. */
export function listTasks(db: Connection, kinds: TaskKinds, which: "open" | "all") {
  const read = which === "open" ? openTasks : newestTasks;
  const names = Object.keys(kinds) as TaskName[];
  const items = read(db, names, SHOWN).flatMap((row) => {
    const kind = kinds[row.kind];
    return kind === undefined ? [] : [toTask(db, kind, row)];
  });
  return { items };
}

/**
 * Stops a task after its current step; finished steps are kept. Deletions and renames, for example, cannot be stopped,
 * because that would leave contacts in a mixed state. A failed task that could be resumed is given up.
 *
 * @throws AppError `not_found`, `illegal_state`
 */
export function cancelTask(context: TaskContext, kinds: TaskKinds, id: number) {
  const { db, jobs, workspaceId, actorId, now } = context;
  const { kind } = rowOf(db, kinds, id);
  if (!kind.canCancel) {
    throw new AppError("illegal_state", because("task_unstoppable"));
  }
  return inTransaction(db, () => {
    if (!closeTask(db, { id, state: "cancelled", error: null, now })) {
      if (kind.canResume !== true || !giveUpTask(db, id, null)) {
        throw new AppError("illegal_state", because("task_ended"));
      }
      // A failed task has no job any more, and what it left outside the database must be removed.
      jobs.enqueue(kind.lane, workspaceId, { id });
    }
    addLine(db, { id, at: now, event: "cancelled", actorId });
    return getTask(db, kinds, id);
  });
}

/**
 * Resumes a failed task at its cursor.
 *
 * @throws AppError `not_found`; `illegal_state` unless it failed and is of a kind that can be resumed.
 */
export function resumeTask(context: TaskContext, kinds: TaskKinds, id: number) {
  const { db, jobs, workspaceId, actorId, now } = context;
  const { kind, row } = rowOf(db, kinds, id);
  return inTransaction(db, () => {
    if (kind.canResume !== true || !queueAgain(db, id)) {
      throw new AppError("illegal_state", because("task_not_failed"));
    }
    jobs.enqueue(kind.lane, workspaceId, { id });
    // The row only shows the state at its next end, so the log records this.
    addLine(db, { id, at: row.finishedAt ?? now, event: "failed", actorId: null });
    addLine(db, { id, at: now, event: "continued", actorId });
    return getTask(db, kinds, id);
  });
}

/** Gives up a failed task that could be resumed, for the given reason. False for any other task. */
export function abandonTask(db: Connection, id: number, reason: string, now: number): boolean {
  return inTransaction(db, () => {
    const isOver = giveUpTask(db, id, reason);
    if (isOver) {
      addLine(db, { id, at: now, event: "cancelled", actorId: null });
    }
    return isOver;
  });
}

/** Queues undoing a task. @throws AppError `not_found`; `illegal_state` when it cannot be undone. */
export function undoTask(
  { db, jobs, workspaceId, actorId, now }: TaskContext,
  kinds: TaskKinds,
  id: number,
) {
  const { kind, row } = rowOf(db, kinds, id);
  if (kind.undo === undefined || !hasSomethingToUndo(db, kind, row)) {
    throw new AppError("illegal_state", because("task_not_undoable"));
  }
  return inTransaction(db, () => {
    if (!queueUndo(db, id, now)) {
      throw new AppError("illegal_state", because("task_too_late_to_undo"));
    }
    // The job is in another database and is committed just before the row. If the row is missing, the job does nothing.
    jobs.enqueue(UNDO_JOB, workspaceId, { id });
    addLine(db, { id, at: now, event: "undo_requested", actorId });
    return getTask(db, kinds, id);
  });
}

/**
 * Makes the open tasks of a kind start again, in the caller's transaction. A step that is already prepared is dropped,
 * because the cursor has changed.
 */
export function restartTasks(db: Connection, kind: TaskName, cursor: string, now: number): void {
  for (const { id } of startAgain(db, kind, cursor)) {
    addLine(db, { id, at: now, event: "restarted", actorId: null });
  }
}

/** Deletes some of the tasks that ended long ago, but none of the kept kinds. Returns how many. */
export const forgetOldTasks = (
  db: Connection,
  now: number,
  limit: number,
  kept: readonly TaskName[] = [],
): number => deleteOldTasks(db, { before: now - KEPT_MS, limit, kept: JSON.stringify(kept) });

/** The jobs that tasks of these kinds wait for. */
export function waitingTasks(db: Connection, kinds: TaskKinds): WaitingWork[] {
  const names = Object.keys(kinds) as TaskName[];
  return openTasks(db, names, MAX_WAITING).flatMap((row) => {
    const lane = row.undoState === "queued" ? UNDO_JOB : kinds[row.kind]?.lane;
    return lane === undefined ? [] : [{ kind: lane, payload: { id: row.id } }];
  });
}

function rowOf(db: Connection, kinds: TaskKinds, id: number) {
  const row = findTask(db, id);
  const kind = row && kinds[row.kind];
  if (row === undefined || kind === undefined) {
    throw notFound("task");
  }
  return { row, kind };
}

function toTask(db: Connection, kind: TaskKind, row: TaskRow) {
  const { payload: _, cursor: __, ...shown } = spokenError(row);
  const undoUntil = hasSomethingToUndo(db, kind, row) ? row.undoUntil : null;
  return { ...shown, undoUntil, unit: kind.unit, canCancel: kind.canCancel };
}

const hasSomethingToUndo = (db: Connection, kind: TaskKind, row: TaskRow): boolean =>
  kind.canUndo?.(db, atWork(row)) ?? true;

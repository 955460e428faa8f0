import { auditedWork } from "../../platform/audit/trail.ts";
import { isBusy } from "../../platform/db/busy.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { log } from "../../platform/log.ts";
import { storedBecause } from "../../reasons/because.ts";
import { atWork } from "./task-at-work.ts";
import {
  type RunContext,
  type Step,
  type StepContext,
  surroundingsOf,
  type TaskKind,
  type TaskKinds,
} from "./task-kind.service.ts";
import { addLine } from "./task-log.store.ts";
import {
  advanceTask,
  advanceUndo,
  closeTask,
  findFormerTask,
  findTask,
  finishUndo,
  formerTables,
  type TaskRow,
} from "./tasks.store.ts";

/** Pause between two steps, so that other writers of the workspace get their turn. */
const PAUSE_MS = 3;

const FAILED = storedBecause("task_failed");

/** The id of a job's task. Jobs queued by an earlier version contain an id of a former table. */
export function taskOfJob(
  db: Connection,
  payload: { id?: unknown; formerId?: unknown; of?: unknown },
): number | undefined {
  const { id, formerId, of } = payload;
  if (typeof formerId === "number") {
    const table = formerTables.find((one) => one === of) ?? "audience_task";
    return findFormerTask(db, formerId, table);
  }
  return typeof id === "number" ? id : undefined;
}

/**
 * Runs a task step by step. After a crash, the next run continues at its cursor. Returns how much this run changed.
 *
 * @throws the error of a step, unless this was the last attempt.
 */
export async function runTask(context: RunContext, kinds: TaskKinds, id: number): Promise<number> {
  const { signal, pauseMs = PAUSE_MS } = context;
  const run: StepContext = { ...context, held: { lastStepMs: 0 } };
  let changed = 0;
  noteResumption(context, id);
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await oneStep(run, kinds, id);
      changed += step.changed;
      if (step.isOver) {
        break;
      }
      await Bun.sleep(pauseMs);
    }
  } catch (error) {
    // This happens before the end is recorded, because a session may hold disk space that recording needs.
    run.held.session?.release();
    run.held.session = undefined;
    endByFault(context, kinds, id, error);
  } finally {
    run.held.session?.release();
  }
  tidyUp(context, kinds, id);
  return changed;
}

/**
 * Ends a task that cannot be done.
 *
 * @throws the error, if another attempt may help.
 */
function endByFault(context: RunContext, kinds: TaskKinds, id: number, error: unknown): void {
  if (context.signal.aborted || isBusy(error)) {
    throw error;
  }
  const db = context.open();
  const row = findTask(db, id);
  const fault = (row && kinds[row.kind]?.faultOf?.(db, atWork(row), error)) ?? { text: FAILED };
  if (context.isLastTry !== true && fault.isFinal !== true) {
    throw error;
  }
  log.error({ err: error, taskId: id }, "task failed");
  const { state = "failed", text } = fault;
  const now = context.clock();
  inTransaction(db, () => {
    if (closeTask(db, { id, state, error: text, now }) && state === "cancelled") {
      addLine(db, { id, at: now, event: "cancelled", actorId: null });
    }
  });
}

function noteResumption({ open, clock }: RunContext, id: number): void {
  const db = open();
  if (findTask(db, id)?.state === "running") {
    addLine(db, { id, at: clock(), event: "resumed", actorId: null });
  }
}

/** Removes what a finished task leaves behind. If the process dies before that, the job runs again and does it then. */
function tidyUp(context: RunContext, kinds: TaskKinds, id: number): void {
  const db = context.open();
  const row = findTask(db, id);
  if (row?.state === "cancelled" || row?.state === "failed") {
    kindOf(kinds, row).discard?.(db, atWork(row), context);
  } else if (row?.state === "done") {
    kindOf(kinds, row).clear?.(db, atWork(row), context);
  }
}

/** How much one step changed, and whether it was the last. */
type Outcome = { changed: number; isOver: boolean };

async function oneStep(context: StepContext, kinds: TaskKinds, id: number): Promise<Outcome> {
  const [db, now] = [context.open(), context.clock()];
  const seen = findTask(db, id);
  if (seen === undefined || !isOpen(seen)) {
    return { changed: 0, isOver: true };
  }
  const preparing = kindOf(kinds, seen).prepare(db, atWork(seen), now, context);
  const prepared = preparing instanceof Promise ? await preparing : preparing;
  if (typeof prepared === "function") {
    return commitStep(context, seen, prepared);
  }
  const { detail = {}, ...start } = prepared.audit;
  return await auditedWork(
    surroundingsOf(context).trail,
    start,
    () => commitStep(context, seen, prepared.step),
    ({ isRepeated }) => (isRepeated === true ? "nothing" : detail),
  );
}

function commitStep(context: StepContext, row: TaskRow, step: () => Step) {
  const before = performance.now();
  const outcome = commit(context, row, step);
  context.held.lastStepMs = performance.now() - before;
  return outcome;
}

/** Runs a prepared step with its progress in one transaction, unless another run has already done it. */
function commit(
  { open, clock }: RunContext,
  { id, cursor: seen }: TaskRow,
  step: () => Step,
): Outcome & { isRepeated?: true } {
  const db = open();
  return inTransaction(db, () => {
    const row = findTask(db, id);
    if (row === undefined || !isOpen(row)) {
      return { changed: 0, isOver: true, isRepeated: true };
    }
    if (row.cursor !== seen) {
      return { changed: 0, isOver: false, isRepeated: true };
    }
    const now = clock();
    const { done, changed = done, total = null, cursor, failure = null, event } = step();
    advanceTask(db, { id, cursor: cursor ?? null, by: done, total, now });
    if (event !== undefined) {
      addLine(db, { id, at: now, event, actorId: null });
    }
    if (cursor === undefined) {
      closeTask(db, { id, state: failure === null ? "done" : "failed", error: failure, now });
    }
    return { changed, isOver: cursor === undefined };
  });
}

/** Undoes a task part by part. The stored previous states are deleted in the same transaction. */
export async function runUndo(context: RunContext, kinds: TaskKinds, id: number): Promise<void> {
  const { open, clock, signal, pauseMs = PAUSE_MS } = context;
  while (!undoSome(open(), kinds, id, clock())) {
    await Bun.sleep(pauseMs);
    signal.throwIfAborted();
  }
}

/** True when nothing is left to undo. */
function undoSome(db: Connection, kinds: TaskKinds, id: number, now: number): boolean {
  return inTransaction(db, () => {
    const row = findTask(db, id);
    if (row?.undoState !== "queued") {
      return true;
    }
    const { undo } = kindOf(kinds, row);
    const { undone, isOver } = undo?.(db, atWork(row), now) ?? { undone: 0, isOver: true };
    advanceUndo(db, id, undone);
    if (isOver) {
      finishUndo(db, id);
      addLine(db, { id, at: now, event: "undone", actorId: null });
    }
    return isOver;
  });
}

const isOpen = ({ state }: TaskRow) => state === "queued" || state === "running";

function kindOf(kinds: TaskKinds, row: TaskRow): TaskKind {
  const kind = kinds[row.kind];
  if (kind === undefined) {
    throw new Error(`no kind of task is registered as "${row.kind}"`);
  }
  return kind;
}

import { isBusy } from "../../platform/db/busy.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { log } from "../../platform/log.ts";
import type { RunContext, TaskAtWork, TaskKind, TaskKinds } from "./task-kind.service.ts";
import {
  advanceTask,
  advanceUndo,
  closeTask,
  findFormerTask,
  findTask,
  finishUndo,
  type TaskRow,
} from "./tasks.store.ts";

/** Pause between two steps, so that other writers of the workspace get their turn. */
const PAUSE_MS = 3;

const FAILED = "Something went wrong on the server. What was done until then stays done.";

/** The id of a job's task. Jobs queued by an earlier version contain an id of a former table. */
export function taskOfJob(
  db: Connection,
  payload: { id?: unknown; formerId?: unknown; of?: unknown },
): number | undefined {
  const { id, formerId, of } = payload;
  if (typeof formerId === "number") {
    return findFormerTask(db, formerId, of === "export" ? "export" : "audience_task");
  }
  return typeof id === "number" ? id : undefined;
}

/**
 * Runs a task step by step. After a crash, the next run continues at its cursor. Returns how much this run changed.
 *
 * @throws unknown What a step throws, unless this was the last try.
 */
export async function runTask(context: RunContext, kinds: TaskKinds, id: number): Promise<number> {
  const { open, clock, signal, pauseMs = PAUSE_MS } = context;
  let changed = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = oneStep(context, kinds, id);
      changed += step.changed;
      if (step.isOver) {
        break;
      }
      await Bun.sleep(pauseMs);
    }
  } catch (error) {
    if (signal.aborted || isBusy(error) || context.isLastTry !== true) {
      throw error;
    }
    log.error({ err: error, taskId: id }, "task failed");
    const row = findTask(open(), id);
    const text = (row && kinds[row.kind]?.faultText) ?? FAILED;
    closeTask(open(), { id, state: "failed", error: text, now: clock() });
  }
  discard(context, kinds, id);
  return changed;
}

/** Removes what a task that ended early has left behind. A task that was cancelled while its process died comes here by its job. */
function discard(context: RunContext, kinds: TaskKinds, id: number): void {
  const db = context.open();
  const row = findTask(db, id);
  if (row?.state === "cancelled" || row?.state === "failed") {
    kindOf(kinds, row).discard?.(db, atWork(row), context);
  }
}

function oneStep(context: RunContext, kinds: TaskKinds, id: number) {
  const [db, now] = [context.open(), context.clock()];
  const over = { changed: 0, isOver: true };
  const seen = findTask(db, id);
  if (seen === undefined || !isOpen(seen)) {
    return over;
  }
  const step = kindOf(kinds, seen).prepare(db, atWork(seen), now, context);
  return inTransaction(db, () => {
    const row = findTask(db, id);
    if (row === undefined || !isOpen(row)) {
      return over;
    }
    if (row.cursor !== seen.cursor) {
      // Another run of this task has already done the prepared step.
      return { changed: 0, isOver: false };
    }
    const { done, changed = done, cursor } = step();
    advanceTask(db, { id, cursor: cursor ?? null, by: done, now });
    if (cursor === undefined) {
      closeTask(db, { id, state: "done", error: null, now });
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
    }
    return isOver;
  });
}

const isOpen = ({ state }: TaskRow) => state === "queued" || state === "running";

function kindOf(kinds: TaskKinds, row: TaskRow): TaskKind {
  const kind = kinds[row.kind];
  if (kind === undefined) {
    throw new Error(`nothing registered does a task of kind "${row.kind}"`);
  }
  return kind;
}

const atWork = ({ id, payload, cursor, createdBy }: TaskRow): TaskAtWork => ({
  ...{ id, cursor, createdBy },
  payload: JSON.parse(payload) as unknown,
});

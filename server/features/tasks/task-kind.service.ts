import type { Connection } from "../../platform/db/driver.ts";
import type { Permission } from "../../platform/http/permissions.ts";
import type { TaskName } from "./tasks.schema.ts";

/**
 * The result of one step: `done` counts towards the total, and `changed` is how much of that actually changed. No
 * `cursor` after the last step.
 */
export type Step = { done: number; changed?: number; cursor: string | undefined };

/** What a step knows about its task. */
export type TaskAtWork = {
  id: number;
  payload: unknown;
  cursor: string | null;
  createdBy: string;
};

/**
 * One step of a task, run in a transaction that also stores the progress. A step must be short, because others wait
 * for the lock. After a crash it runs again from the last committed cursor.
 */
export type StepOf = (db: Connection, task: TaskAtWork, now: number) => Step;

/** A kind of long-running work. All kinds are listed in `server/task-kinds.ts`. */
export type TaskKind = {
  name: TaskName;
  /** What its progress counts. */
  unit: "contacts";
  /** The kind of job that runs it. `task.index` is for a single statement that takes seconds. */
  lane: "task.run" | "task.index";
  /** The permissions needed to see it, and to cancel or undo it. */
  permission: { see: Permission; change: Permission };
  canCancel: boolean;
  /**
   * Reads what the next step needs, outside its transaction, so that a slow search holds no lock. Returns the step.
   */
  prepare: (db: Connection, task: TaskAtWork, now: number) => () => Step;
  /** Undoes the next part, in the caller's transaction. A kind without it cannot be undone. */
  undo?: (db: Connection, task: TaskAtWork, now: number) => { undone: number; isOver: boolean };
};

/** Some or all kinds, by name. */
export type TaskKinds = { readonly [name in TaskName]?: TaskKind };

/** Properties shared by kinds of work on contacts. */
export const onContacts = {
  unit: "contacts",
  lane: "task.run",
  permission: { see: "contacts:read", change: "contacts:write" },
  canCancel: false,
} as const;

/** A kind of work on contacts that does everything in the transaction of a step. */
export function stepwise<Name extends TaskName>(
  name: Name,
  step: StepOf,
  lane: TaskKind["lane"] = "task.run",
): TaskKind & { name: Name } {
  return { ...onContacts, name, lane, prepare: (db, task, now) => () => step(db, task, now) };
}

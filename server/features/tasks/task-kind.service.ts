import type { Connection } from "../../platform/db/driver.ts";
import type { Permission } from "../../platform/http/permissions.ts";
import type { TaskName } from "./tasks.schema.ts";

/** What one step did: `done` counts towards the total, `changed` is how much of that was new; no `cursor` after the last. */
export type Step = { done: number; changed?: number; cursor: string | undefined };

/** What a step knows of its task. */
export type TaskAtWork = {
  id: number;
  payload: unknown;
  cursor: string | null;
  createdBy: string;
};

/**
 * One step of a task, run inside a transaction that also moves the task on. A step must be short, since others wait for
 * the lock, and after a crash runs again from the cursor that was committed last.
 */
export type StepOf = (db: Connection, task: TaskAtWork, now: number) => Step;

/** A kind of long work. Every kind is listed once, in `server/task-kinds.ts`. */
export type TaskKind = {
  name: TaskName;
  /** What its progress counts. */
  unit: "contacts";
  /** The kind of job that runs it: `task.index` for a single statement that takes seconds. */
  lane: "task.run" | "task.index";
  /** Who may see it, and who may cancel or undo it. */
  permission: { see: Permission; change: Permission };
  canCancel: boolean;
  /** Reads what the next step needs, outside its transaction, so that a slow search holds no lock; returns the step. */
  prepare: (db: Connection, task: TaskAtWork, now: number) => () => Step;
  /** Undoes the next piece, in the caller's transaction. A kind without it cannot be undone. */
  undo?: (db: Connection, task: TaskAtWork, now: number) => { undone: number; isOver: boolean };
};

/** Some or all kinds, by name. */
export type TaskKinds = { readonly [name in TaskName]?: TaskKind };

/** What kinds of work on contacts have in common. */
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

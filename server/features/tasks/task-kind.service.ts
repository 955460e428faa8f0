import type { AuditEntry } from "../../platform/audit/audit-log.ts";
import type { AuditStart, AuditTrail } from "../../platform/audit/trail.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { Permission } from "../../platform/http/permissions.ts";
import type { TaskName, TaskUnit } from "./tasks.schema.ts";

/**
 * The result of one step: `done` counts towards the total, and `changed` is how much of that actually changed. There is
 * no `cursor` after the last step.
 */
export type Step = {
  done: number;
  changed?: number;
  /** A better estimate of the total. */
  total?: number;
  cursor: string | undefined;
  /** Why the task could not be done. It then ends as failed. */
  failure?: string;
  /** What the task's log says about this step. Only set if the step made a permanent change. */
  event?: "erased";
};

/** A step that is ready to run. If `audit` is set, that entry is added to the audit log together with the step. */
export type Prepared = (() => Step) | { step: () => Step; audit: AuditEntry & AuditStart };

/** What a step knows about its task. */
export type TaskAtWork = {
  id: number;
  payload: unknown;
  cursor: string | null;
  /** How much has been done. */
  doneCount: number;
  createdBy: string;
};

/** What a run of a task depends on. */
export type RunContext = {
  /** Returns the workspace's connection and is called after each pause. */
  open: () => Connection;
  clock: Clock;
  signal: AbortSignal;
  /** True when the job will not be retried: an error then ends the task instead of letting it wait. */
  isLastTry?: boolean;
  pauseMs?: number;
  /** Only the jobs thread provides it: work that writes files is never done within a request. */
  surroundings?: Surroundings;
};

/** What a kind keeps open from step to step, for example a file that it reads. It ends with the run. */
export type Session = { release: () => void };

/** What the preparation of a step knows about its run. */
export type StepContext = RunContext & {
  held: {
    /** Set by the kind; the runner releases it before it records how the run ended. */
    session?: Session | undefined;
    /** How long the last step held the workspace's lock. */
    lastStepMs: number;
  };
};

/** How an error of the server ends a task. */
export type Fault = {
  text: string;
  /** True if another attempt would not help. */
  isFinal?: boolean;
  state?: "failed" | "cancelled";
};

/** What work outside the workspace's database depends on. */
export type Surroundings = {
  dataDir: string;
  databases: Databases;
  workspaceId: string;
  trail: AuditTrail;
};

/**
 * One step of a task, run in a transaction that also stores the progress. A step must be short, because others wait
 * for the lock. After a crash it runs again from the last committed cursor.
 */
export type StepOf = (db: Connection, task: TaskAtWork, now: number) => Step;

/** A kind of long-running work. All kinds are listed in `server/task-kinds.ts`. */
export type TaskKind = {
  name: TaskName;
  /** The unit in which its progress is counted. */
  unit: TaskUnit;
  /**
   * The kind of job that runs it. `task.index` is for a single statement that takes seconds. `task.person` is for work
   * on one person's data: it is not interrupted to let others run, because its step would then start again. Afterwards,
   * applied facts are deleted from the journal.
   */
  lane: "task.run" | "task.index" | "task.person";
  /** The permissions needed to see it, and to cancel or undo it. */
  permission: { see: Permission; change: Permission };
  canCancel: boolean;
  /** Whether a request for the same work gets the task that is already waiting or running instead of a new one. */
  isShared: boolean;
  /** The outcome of a task that an unexpected error ends; without it, the task fails with a general message. */
  faultOf?: (db: Connection, task: TaskAtWork, error: unknown) => Fault;
  /** True if a failed task can be resumed at its cursor, or cancelled permanently. */
  canResume?: true;
  /**
   * Does the work that needs no transaction: reads what the next step needs, so that a slow search holds no lock, or
   * writes a file. Returns the step. After a crash, or if another run was faster, it is repeated from the same cursor.
   */
  prepare: (
    db: Connection,
    task: TaskAtWork,
    now: number,
    context: StepContext,
  ) => Prepared | Promise<Prepared>;
  /** Removes what a cancelled or failed task left outside the database. Safe to repeat. */
  discard?: (db: Connection, task: TaskAtWork, context: RunContext) => void;
  /** Removes what a task that is done no longer needs. Safe to repeat. */
  clear?: (db: Connection, task: TaskAtWork, context: RunContext) => void;
  /**
   * Whether there is something to undo. Kinds with this function can be undone without a time limit, others for a week.
   */
  canUndo?: (db: Connection, task: TaskAtWork) => boolean;
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
  isShared: true,
} as const;

/** A kind whose steps need no preparation. */
type StepwiseKind<Name extends TaskName> = Omit<TaskKind, "prepare"> & {
  name: Name;
  prepare: (db: Connection, task: TaskAtWork, now: number) => () => Step;
};

/** A kind of work on contacts that does everything in the transaction of a step. */
export function stepwise<Name extends TaskName>(
  name: Name,
  step: StepOf,
  lane: TaskKind["lane"] = "task.run",
): StepwiseKind<Name> {
  return { ...onContacts, name, lane, prepare: (db, task, now) => () => step(db, task, now) };
}

/** @throws Error outside the jobs thread. */
export function surroundingsOf({ surroundings }: RunContext): Surroundings {
  if (surroundings === undefined) {
    throw new Error("this kind of task runs only in the jobs thread");
  }
  return surroundings;
}

import { LOST_JOBS } from "../features/auth/system-hold.service.ts";
import { waitingSignups } from "../features/forms/form-jobs.service.ts";
import { waitingChecks } from "../features/imports/import-jobs.service.ts";
import { waitingAddressChanges } from "../features/preferences/preference-jobs.service.ts";
import { waitingTasks } from "../features/tasks/tasks.service.ts";
import type { Clock } from "../platform/clock.ts";
import type { Databases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import { inTransaction } from "../platform/db/transaction.ts";
import { workspaceIds } from "../platform/db/workspace-files.ts";
import { AppError } from "../platform/errors.ts";
import { log } from "../platform/log.ts";
import { isJobOpen } from "../platform/scheduler/job.store.ts";
import type { WaitingWork } from "../platform/scheduler/job.ts";
import type { JobQueue } from "../platform/scheduler/job-queue.ts";
import type { Scheduler } from "../platform/scheduler/scheduler.ts";
import { taskKinds } from "../task-kinds.ts";

type Deps = { databases: Databases; jobs: JobQueue; clock: Clock };

/**
 * An older copy of system.db lacks the jobs that were queued after it was made. Whatever waits for such a job is in the
 * workspaces' files, and gets a new job once the hold has ended.
 */
export function registerLostJobs(scheduler: Scheduler, databases: Databases, clock: Clock): void {
  const deps = { databases, jobs: scheduler.queue, clock };
  scheduler.handle(LOST_JOBS, () => queueLostJobs(deps));
}

/** Safe to repeat, because no second job is queued where one is open. A workspace that is set aside is skipped. */
export async function queueLostJobs({ databases, jobs, clock }: Deps): Promise<void> {
  for (const id of workspaceIds(databases.system)) {
    // Opening a file takes a millisecond or two, and others need this thread.
    await Bun.sleep(1);
    try {
      const work = waitingIn(databases.workspace(id), id, clock());
      queueMissing(databases.system, jobs, id, work);
    } catch (error) {
      if (!(error instanceof AppError)) {
        throw error;
      }
      log.warn({ workspaceId: id, code: error.code }, "could not check a workspace for lost jobs");
    }
  }
}

function waitingIn(db: Connection, workspaceId: string, now: number): WaitingWork[] {
  return [
    ...waitingTasks(db, taskKinds),
    ...waitingChecks(db, workspaceId),
    ...waitingSignups(db, now),
    ...waitingAddressChanges(db, now),
  ];
}

function queueMissing(
  system: Connection,
  jobs: JobQueue,
  workspaceId: string,
  work: readonly WaitingWork[],
): void {
  inTransaction(system, () => {
    for (const { kind, payload, options } of work) {
      if (!isJobOpen(system, { kind, workspaceId, payload: JSON.stringify(payload) })) {
        jobs.enqueue(kind, workspaceId, payload, options);
      }
    }
  });
}

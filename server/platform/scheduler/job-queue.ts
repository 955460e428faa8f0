import type { Clock } from "../clock.ts";
import type { Connection } from "../db/driver.ts";
import { writeWhenFree } from "../db/write-turn.ts";
import {
  addJob,
  cancelByKey,
  type ForgetStep,
  findJob,
  forgetFinished,
  jobCounts,
  jobsBefore,
  revive,
  unfinishedCounts,
} from "./job.store.ts";
import type { EnqueueOptions, JobRow, JobState } from "./job.ts";

const MAX_ATTEMPTS = 8;

/** The durable table of jobs. Any thread with its own connection may use one. */
export type JobQueue = {
  /**
   * Queues a job. Joins the caller's transaction on system.db, if there is one, so that the job and its cause commit
   * together.
   *
   * @returns the job's id; undefined when a job with the same unique key is already open.
   */
  enqueue(
    kind: string,
    workspaceId: string | null,
    payload: unknown,
    options?: EnqueueOptions,
  ): number | undefined;
  /** Cancels the open job with this key; a running one is told to stop. False when there is none. */
  cancel(uniqueKey: string): boolean;
  /** Jobs with an id below `before`, newest first. */
  list(page: {
    state?: JobState | undefined;
    before?: number | undefined;
    limit: number;
  }): JobRow[];
  find(id: number): JobRow | undefined;
  /** Resets a dead letter so that it is attempted again. False when it is not dead or its unique key is in use. */
  retry(id: number): boolean;
  /** Deletes jobs that were done or cancelled before that time, in small steps; resolves with how many. */
  forgetFinished(before: number): Promise<number>;
  counts(): { state: JobState; n: number }[];
  /** Numbers of waiting, running and dead jobs; fast however many jobs have finished. */
  unfinished(): { state: JobState; n: number }[];
};

/** @param onEnqueued Called after each enqueue with the due time, so that this thread's scheduler wakes up in time. */
export function createJobQueue(
  system: Connection,
  clock: Clock,
  onEnqueued: (dueAt: number) => void = () => {},
): JobQueue {
  return {
    enqueue(kind, workspaceId, payload, options = {}) {
      const now = clock();
      const dueAt = options.dueAt ?? now;
      const id = addJob(system, {
        kind,
        workspaceId,
        uniqueKey: options.uniqueKey ?? null,
        payload: JSON.stringify(payload ?? {}),
        dueAt,
        maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS,
        now,
      });
      if (id !== undefined) {
        onEnqueued(dueAt);
      }
      return id;
    },
    cancel: (uniqueKey) => cancelByKey(system, uniqueKey, clock()),
    list: ({ state, before, limit }) => jobsBefore(system, { state, before, limit }),
    find: (id) => findJob(system, id),
    retry(id) {
      const revived = revive(system, id, clock());
      if (revived) {
        onEnqueued(clock());
      }
      return revived;
    },
    async forgetFinished(before) {
      let total = 0;
      let step: ForgetStep = { deleted: 0, next: 0 };
      while (step.next !== undefined) {
        const place = { after: step.next, before };
        step = await writeWhenFree(() => forgetFinished(system, place));
        total += step.deleted;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return total;
    },
    counts: () => jobCounts(system),
    unfinished: () => unfinishedCounts(system),
  };
}

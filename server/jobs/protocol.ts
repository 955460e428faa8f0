import type { Job } from "../platform/scheduler/job.ts";

/** How a run ended, unless it threw an error. */
export type RunOutcome =
  | { kind: "done" }
  | { kind: "permanent"; message: string }
  /** Another connection holds the write lock on the workspace's file for too long. */
  | { kind: "locked" };

/** What the jobs thread does for the main thread. */
export type JobsThread = {
  start(request: { dataDir: string }): void;
  run(job: Job): Promise<RunOutcome>;
  /** Stops a job at its next safe point. */
  abort(request: { jobId: number; reason: string }): void;
  stop(request: null): Promise<void>;
};

import type { Job } from "../platform/scheduler/job.ts";

/** How a run ended when it did not throw. */
export type RunOutcome =
  | { kind: "done" }
  | { kind: "permanent"; message: string }
  /** Another connection writes to the workspace's file for long. */
  | { kind: "locked" };

/** What the jobs thread does for the main thread. */
export type JobsThread = {
  start(request: { dataDir: string }): void;
  run(job: Job): Promise<RunOutcome>;
  /** Has the job's run end at its next safe place. */
  abort(request: { jobId: number; reason: string }): void;
  stop(request: null): Promise<void>;
};

/** Work that survives the process, as passed to its handler. */
export type Job = {
  id: number;
  kind: string;
  workspaceId: string | null;
  payload: unknown;
  /** 1 on the first run. */
  attempt: number;
  maxAttempts: number;
};

/** What a handler receives in addition to its job. */
export type JobContext = {
  /**
   * Aborted when the job is cancelled, its lease is lost, or the process stops; the handler should then end soon, at a
   * safe point.
   */
  signal: AbortSignal;
};

/**
 * Runs one job. Resolving completes it; throwing schedules a retry. After a crash the job may run again although its
 * effects are already committed, so a handler must be idempotent.
 */
export type JobHandler = (job: Job, context: JobContext) => Promise<void>;

/** Thrown by a handler when retrying is useless: the job becomes a dead letter immediately. */
export class PermanentJobError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "PermanentJobError";
  }
}

export type JobState = "ready" | "running" | "done" | "dead" | "cancelled";

/** A job as listed in the console. */
export type JobRow = {
  id: number;
  kind: string;
  workspaceId: string | null;
  state: JobState;
  dueAt: number;
  attempts: number;
  maxAttempts: number;
  lastError: string | null;
  createdAt: number;
  finishedAt: number | null;
};

/** A job that other data waits for, as it would be queued. */
export type WaitingWork = {
  kind: string;
  payload: Record<string, unknown>;
  options?: EnqueueOptions;
};

export type EnqueueOptions = {
  /** While a job with this key is open, `enqueue` does nothing. */
  uniqueKey?: string;
  /** Unix ms; default: now. */
  dueAt?: number;
  /** Attempts before the job becomes a dead letter; default 8. */
  maxAttempts?: number;
};

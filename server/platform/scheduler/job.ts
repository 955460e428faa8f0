/** Work that outlives the process, as its handler sees it. */
export type Job = {
  id: number;
  kind: string;
  workspaceId: string | null;
  payload: unknown;
  /** 1 on the first run. */
  attempt: number;
  maxAttempts: number;
};

/** What a handler is told besides its job. */
export type JobContext = {
  /** Aborted when the job is cancelled, its lease is lost, or the process stops: end soon, at a safe place. */
  signal: AbortSignal;
};

/**
 * Does one job. Resolving finishes it for good; throwing has it tried again later. After a crash it may be
 * called once more for a job whose effects are already there, so it must be safe to repeat.
 */
export type JobHandler = (job: Job, context: JobContext) => Promise<void>;

/** Thrown by a handler when another try cannot help: the job becomes a dead letter at once. */
export class PermanentJobError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "PermanentJobError";
  }
}

export type JobState = "ready" | "running" | "done" | "dead" | "cancelled";

/** A job as the console lists it. */
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

export type EnqueueOptions = {
  /** While a job with this key is open, another is not queued: `enqueue` then changes nothing. */
  uniqueKey?: string;
  /** Unix ms; now when left out. */
  dueAt?: number;
  /** Tries before it becomes a dead letter; 8 when left out. */
  maxAttempts?: number;
};

import { LockedError } from "../platform/db/busy.ts";
import { type Job, type JobHandler, PermanentJobError } from "../platform/scheduler/job.ts";
import type { SchedulerOptions } from "../platform/scheduler/scheduler.ts";
import type { Caller } from "../platform/workers/channel.ts";
import { ThreadOnDemand, type ThreadParts } from "../platform/workers/thread-on-demand.ts";
import { type HeavyKind, heavyKinds, longStatementKinds, resumableKinds } from "./kinds.ts";
import type { JobsThread } from "./protocol.ts";

/** The jobs threads for the scheduler; pass it as `heavy`. */
export type Jobs = NonNullable<SchedulerOptions["heavy"]> & {
  /** Stops running jobs at their next safe point and ends the threads. */
  stop(): Promise<void>;
};

type Afterwards = Partial<Record<HeavyKind, () => Promise<void>>>;

/** More concurrent jobs would only share the same CPU. Limits per kind and workspace keep a place free for others. */
const LIMITS = { atOnce: 4, perWorkspace: 2, perKind: 3 };
/** How long the thread for long statements is kept after its last job (ms). */
const IDLE_MS = 10_000;

/**
 * Starts the thread for imports, exports and bulk actions, to keep them off the HTTP thread. When the thread dies, its
 * jobs are rejected so that the scheduler retries them, and the next job starts a new thread.
 *
 * A job that is one long statement (creating an index on millions of rows) runs in a second thread, which exists only
 * while needed; in the first thread it would block everyone's imports and exports.
 *
 * @param afterwards Runs on this thread after a job of that kind; if it fails, the job is run again.
 * @throws Error when the thread cannot open the databases.
 */
export async function startJobs(dataDir: string, afterwards: Afterwards = {}): Promise<Jobs> {
  const parts: ThreadParts<JobsThread> = {
    name: "jobs",
    open: () => new Worker(new URL("./jobs.worker.ts", import.meta.url).href),
    start: (caller) => caller.call("start", { dataDir }),
    stop: (caller) => caller.call("stop", null),
    deathOf: () => new Error("the jobs thread died"),
  };
  const steady = new ThreadOnDemand(parts);
  const patient = new ThreadOnDemand({ ...parts, idleMs: IDLE_MS });
  await steady.ready();
  const run: JobHandler = async (job, { signal }) => {
    const isLong = longStatementKinds.some((kind) => kind === job.kind);
    await (isLong ? patient : steady).use((caller) => runIn(caller, job, signal));
    await afterwards[job.kind as HeavyKind]?.();
  };
  return {
    kinds: heavyKinds,
    resumable: resumableKinds,
    limits: LIMITS,
    run,
    async stop() {
      await Promise.all([steady.stop(), patient.stop()]);
    },
  };
}

async function runIn(caller: Caller<JobsThread>, job: Job, signal: AbortSignal): Promise<void> {
  // Starting the thread may have taken time, and a signal that was aborted in the meantime does not fire again.
  signal.throwIfAborted();
  const onAbort = () => caller.tell("abort", { jobId: job.id, reason: String(signal.reason) });
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const outcome = await caller.call("run", job);
    if (outcome.kind === "permanent") {
      throw new PermanentJobError(outcome.message);
    }
    if (outcome.kind === "locked") {
      throw new LockedError();
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

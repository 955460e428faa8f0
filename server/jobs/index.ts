import { LockedError } from "../platform/db/busy.ts";
import { type Job, type JobHandler, PermanentJobError } from "../platform/scheduler/job.ts";
import type { SchedulerOptions } from "../platform/scheduler/scheduler.ts";
import type { Caller } from "../platform/workers/channel.ts";
import { ThreadOnDemand, type ThreadParts } from "../platform/workers/thread-on-demand.ts";
import { type HeavyKind, heavyKinds, longStatementKinds, resumableKinds } from "./kinds.ts";
import type { JobsThread } from "./protocol.ts";

/** The jobs threads, as the scheduler uses them: pass it as `heavy`. */
export type Jobs = NonNullable<SchedulerOptions["heavy"]> & {
  /** Lets what runs end at its next safe place, and ends the threads. */
  stop(): Promise<void>;
};

type Afterwards = Partial<Record<HeavyKind, () => Promise<void>>>;

/** More at once would only share the same processor; a place is kept free of each kind for the others. */
const LIMITS = { atOnce: 4, perWorkspace: 2, perKind: 3 };
/** How long the thread of long statements is kept after the last one. */
const IDLE_MS = 10_000;

/**
 * Starts the thread that does imports, exports and bulk actions, away from the HTTP thread. When it dies,
 * what it was doing is rejected, so that the scheduler tries again, and the next job starts a new one.
 *
 * What is one long statement (an index of millions of rows) runs in a second thread, which lives only as long
 * as it is needed: in the first, everybody's imports and exports would stand still meanwhile.
 *
 * @param afterwards What is done on this thread once a job of a kind is over; when it fails, the job is run again.
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
  // The thread may have had to be started: a signal that fired meanwhile tells nobody of it again.
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

import { LockedError } from "../platform/db/busy.ts";
import { log } from "../platform/log.ts";
import { type Job, type JobHandler, PermanentJobError } from "../platform/scheduler/job.ts";
import type { SchedulerOptions } from "../platform/scheduler/scheduler.ts";
import { type Caller, connect } from "../platform/workers/channel.ts";
import { heavyKinds, resumableKinds } from "./kinds.ts";
import type { JobsThread } from "./protocol.ts";

/** The jobs thread, as the scheduler uses it: pass it as `heavy`. */
export type Jobs = NonNullable<SchedulerOptions["heavy"]> & {
  /** Lets what runs end at its next safe place, and ends the thread. */
  stop(): Promise<void>;
};

type Thread = { worker: Worker; caller: Caller<JobsThread> };

/** More at once would only share the same processor; a place is kept free of each kind for the others. */
const LIMITS = { atOnce: 4, perWorkspace: 2, perKind: 3 };

/**
 * Starts the thread that does imports, exports and bulk actions, away from the HTTP thread. When it dies,
 * what it was doing is rejected, so that the scheduler tries again, and the next job starts a new one.
 *
 * @throws Error when the thread cannot open the databases.
 */
export async function startJobs(dataDir: string): Promise<Jobs> {
  const start = () =>
    startThread(dataDir, () => {
      thread = undefined;
    });
  let thread: Promise<Thread> | undefined = start();
  await thread;
  const run: JobHandler = async (job, { signal }) => {
    thread ??= start();
    await runIn(await thread, job, signal);
  };
  return {
    kinds: heavyKinds,
    resumable: resumableKinds,
    limits: LIMITS,
    run,
    async stop() {
      const last = await thread;
      thread = undefined;
      await last?.caller.call("stop", null);
      last?.worker.terminate();
    },
  };
}

async function runIn({ caller }: Thread, job: Job, signal: AbortSignal): Promise<void> {
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

async function startThread(dataDir: string, onDeath: () => void): Promise<Thread> {
  const worker = new Worker(new URL("./jobs.worker.ts", import.meta.url).href);
  const caller = connect<JobsThread>(worker);
  worker.addEventListener("error", (event) => {
    log.error({ reason: event.message }, "the jobs thread died");
    caller.fail(new Error("the jobs thread died"));
    worker.terminate();
    onDeath();
  });
  try {
    await caller.call("start", { dataDir });
  } catch (error) {
    worker.terminate();
    onDeath();
    throw error;
  }
  return { worker, caller };
}

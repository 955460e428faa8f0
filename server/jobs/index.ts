import { LockedError } from "../platform/db/busy.ts";
import { log } from "../platform/log.ts";
import { type Job, type JobHandler, PermanentJobError } from "../platform/scheduler/job.ts";
import type { SchedulerOptions } from "../platform/scheduler/scheduler.ts";
import { type Caller, connect } from "../platform/workers/channel.ts";
import { heavyKinds, longStatementKinds, resumableKinds } from "./kinds.ts";
import type { JobsThread } from "./protocol.ts";

/** The jobs threads, as the scheduler uses them: pass it as `heavy`. */
export type Jobs = NonNullable<SchedulerOptions["heavy"]> & {
  /** Lets what runs end at its next safe place, and ends the threads. */
  stop(): Promise<void>;
};

type Thread = { worker: Worker; caller: Caller<JobsThread> };

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
 * @throws Error when the thread cannot open the databases.
 */
export async function startJobs(dataDir: string): Promise<Jobs> {
  const steady = new JobsWorker(dataDir);
  const patient = new JobsWorker(dataDir, IDLE_MS);
  await steady.ready();
  const run: JobHandler = (job, { signal }) => {
    const isLong = longStatementKinds.some((kind) => kind === job.kind);
    return (isLong ? patient : steady).run(job, signal);
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

/** One thread, started when it is needed and again after it died. */
class JobsWorker {
  readonly #dataDir: string;
  readonly #idleMs: number | undefined;
  #thread: Promise<Thread> | undefined;
  #running = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** @param idleMs After how long without work it ends; left out = it stays. */
  constructor(dataDir: string, idleMs?: number) {
    this.#dataDir = dataDir;
    this.#idleMs = idleMs;
  }

  ready(): Promise<Thread> {
    this.#thread ??= startThread(this.#dataDir, () => {
      this.#thread = undefined;
    });
    return this.#thread;
  }

  async run(job: Job, signal: AbortSignal): Promise<void> {
    clearTimeout(this.#idle);
    this.#running += 1;
    try {
      await runIn(await this.ready(), job, signal);
    } finally {
      this.#running -= 1;
      if (this.#running === 0 && this.#idleMs !== undefined) {
        this.#idle = setTimeout(() => void this.stop(), this.#idleMs);
      }
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const ending = this.#thread;
    this.#thread = undefined;
    const last = await ending;
    await last?.caller.call("stop", null);
    last?.worker.terminate();
  }
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

import type { Clock } from "../clock.ts";
import { isBusy } from "../db/busy.ts";
import type { Connection } from "../db/driver.ts";
import { inTransaction } from "../db/transaction.ts";
import { writeWhenFree } from "../db/write-turn.ts";
import { AppError } from "../errors.ts";
import { log } from "../log.ts";
import { retryInMs } from "./backoff.rules.ts";
import { nextRun, type Recurrence } from "./cron-clock.ts";
import {
  bringBack,
  bringForward,
  type ClaimedRow,
  claim,
  heartbeat,
  nextDue,
  type RunKey,
  returnToQueue,
  settle,
} from "./job.store.ts";
import { type Job, type JobHandler, PermanentJobError } from "./job.ts";
import { JobLane, type JobLaneLimits } from "./job-lane.ts";
import { createJobQueue, type JobQueue } from "./job-queue.ts";

const LEASE_MS = 15_000;
const LOOK_EVERY_MS = 1_000;
const MAX_ERROR_CHARS = 500;
const DRAIN_MS = 10_000;
/** How long a job that was told to stop may take to reach a safe point (ms). */
const GIVE_UP_MS = 2_000;
/** Delay before the next attempt of a job that found a file locked (ms). */
const AFTER_LOCK_MS = 1_000;
const SET_ASIDE_MS = 60_000;
const SLICE_MS = 3_000;

/** The lanes; jobs only compete for places within a lane. */
export type JobLaneName = "system" | "mail" | "light" | "heavy";

/**
 * `system`: the instance's own mail and clean-ups, which no workspace's jobs can delay. `mail`: messages of a workspace
 * to one person; they mostly wait for mail servers, so many can run at once. `light`: everything else that runs on this
 * thread.
 */
const LANES: Record<Exclude<JobLaneName, "heavy">, JobLaneLimits> = {
  system: { atOnce: 8, perWorkspace: 2, perKind: 6 },
  mail: { atOnce: 32, perWorkspace: 2, perKind: 24 },
  light: { atOnce: 8, perWorkspace: 2, perKind: 6 },
};

/** The outcome of a run, for metrics. */
export type RunReport = {
  kind: string;
  outcome: "done" | "retry" | "dead" | "given_back";
  ms: number;
};

export type SchedulerOptions = {
  system: Connection;
  clock: Clock;
  /** Identifies this process, e.g. `<node>:<boot id>`. */
  owner: string;
  /**
   * The kinds that run in another thread, and how to run them. While others wait, a job of a resumable kind returns to
   * the queue after `sliceMs`, so that a small job never waits for large ones to end.
   */
  heavy?: {
    kinds: readonly string[];
    resumable?: readonly string[];
    sliceMs?: number;
    limits: JobLaneLimits;
    run: JobHandler;
  };
  /** How long a job stays assigned to a process that no longer renews its lease; default 15 s. */
  leaseMs?: number;
  random?: () => number;
  onRun?: (report: RunReport) => void;
  /** False while no job may start; checked every second. */
  mayRun?: () => boolean;
};

/**
 * Runs the jobs of the job table, on this thread or by handing them to another. Each job has one owner at a time. The
 * scheduler reads only system.db; handlers open workspaces as needed.
 *
 * When a process dies, its jobs stay assigned to it until their leases expire; then any process may claim them. A
 * finished job is marked in one commit and never runs again.
 */
export class Scheduler {
  readonly queue: JobQueue;
  private readonly handlers = new Map<string, JobHandler>();
  private readonly recurring = new Map<string, Recurrence>();
  private readonly lanes: Record<JobLaneName, JobLane>;
  private readonly runs = new Map<Promise<void>, AbortController>();
  /** The jobs running here. When the clock jumps forward, their leases look expired although they still run. */
  private readonly running = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private filledAt = Number.POSITIVE_INFINITY;
  private wakeAt = Number.POSITIVE_INFINITY;
  private active = false;

  private readonly options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    this.options = options;
    const { heavy } = options;
    this.lanes = {
      system: new JobLane(LANES.system),
      mail: new JobLane(LANES.mail),
      light: new JobLane(LANES.light),
      heavy: new JobLane(heavy?.limits ?? { atOnce: 0, perWorkspace: 0, perKind: 0 }),
    };
    if (heavy !== undefined) {
      for (const kind of heavy.kinds) {
        this.handle(kind, heavy.run, "heavy");
      }
    }
    this.queue = createJobQueue(options.system, options.clock, (dueAt) => this.wakeBy(dueAt));
  }

  /** Registers the handler of a kind, and its lane. @throws Error when the kind already has a handler. */
  handle(kind: string, handler: JobHandler, lane: JobLaneName = "light"): void {
    if (this.handlers.has(kind)) {
      throw new Error(`jobs of kind "${kind}" already have a handler`);
    }
    this.handlers.set(kind, handler);
    this.lanes[lane].kinds.push(kind);
  }

  /**
   * Runs `handler` whenever the pattern matches. The next run is a row of the job table, so if no process was running
   * at that time, it is made up for once at the next start.
   */
  every(name: string, recurrence: Recurrence, handler: JobHandler): void {
    this.handle(name, handler, "system");
    this.recurring.set(name, recurrence);
    const dueAt = nextRun(recurrence, this.options.clock());
    this.queue.enqueue(name, null, {}, { uniqueKey: recurringKey(name), dueAt });
    bringForward(this.options.system, recurringKey(name), dueAt);
  }

  /** Starts to claim jobs. */
  start(): void {
    this.active = true;
    this.look();
  }

  /**
   * Claims no more jobs and waits for the running ones, at most 10 s. Then it tells them to stop and returns unfinished
   * ones to the queue, so that the next process starts them at once.
   */
  async stop(drainMs = DRAIN_MS): Promise<void> {
    this.active = false;
    clearTimeout(this.timer);
    const all = Promise.allSettled([...this.runs.keys()]);
    await within(drainMs, all);
    for (const abort of this.runs.values()) {
      abort.abort(new Error("the process is stopping"));
    }
    await within(GIVE_UP_MS, all);
  }

  /** Runs all due jobs and resolves when they have ended, whatever their outcome; for tests and the CLI. */
  async runDue(): Promise<void> {
    this.fill();
    while (this.runs.size > 0) {
      await Promise.allSettled([...this.runs.keys()]);
      this.fill();
    }
  }

  private wakeBy(dueAt: number): void {
    if (this.active && dueAt < this.wakeAt) {
      this.sleepUntil(dueAt);
    }
  }

  private sleepUntil(at: number): void {
    clearTimeout(this.timer);
    this.wakeAt = at;
    const inMs = Math.max(0, Math.min(at - this.options.clock(), LOOK_EVERY_MS));
    this.timer = setTimeout(() => this.look(), inMs);
  }

  private look(): void {
    if (!this.active) {
      return;
    }
    try {
      this.fill();
      const now = this.options.clock();
      const due = nextDue(this.options.system) ?? Number.POSITIVE_INFINITY;
      // Jobs that are still due are waiting for a free place; the job that frees one triggers the next look.
      this.sleepUntil(due <= now ? now + LOOK_EVERY_MS : due);
    } catch (error) {
      // A full disk or a locked file must not stop the scheduler; it tries again in a second.
      log.error({ err: error }, "the scheduler cannot read its jobs");
      this.sleepUntil(this.options.clock() + LOOK_EVERY_MS);
    }
  }

  private fill(): void {
    const now = this.options.clock();
    if (now < this.filledAt) {
      // The host's clock has stepped back, possibly before this start: jobs meant to run at once are due now.
      bringBack(this.options.system, now);
    }
    this.filledAt = now;
    const lanes = this.options.mayRun?.() === false ? [] : Object.values(this.lanes);
    for (const lane of lanes) {
      for (let row = this.claimNext(lane); row !== undefined; row = this.claimNext(lane)) {
        this.begin(row, lane);
      }
    }
  }

  private claimNext(lane: JobLane): ClaimedRow | undefined {
    const { system, owner, clock } = this.options;
    const now = clock();
    for (;;) {
      const found = lane.next(system, now, this.running);
      if (found === undefined) {
        return undefined;
      }
      const row = claim(system, { id: found.id, owner, now, leaseUntil: now + this.leaseMs });
      if (row !== undefined) {
        return row;
      }
    }
  }

  private begin(row: ClaimedRow, lane: JobLane): void {
    const place = { kind: row.kind, workspace: row.workspaceId ?? "" };
    const abort = new AbortController();
    lane.enter(place);
    this.running.add(row.id);
    const slice = this.sliceOf(row, lane, abort);
    const run = this.run(row, abort).finally(() => {
      clearInterval(slice);
      lane.leave(place);
      this.running.delete(row.id);
      this.runs.delete(run);
      this.wakeBy(this.options.clock());
    });
    this.runs.set(run, abort);
  }

  /** Interrupts a long job, at its next safe point, when other work is waiting. */
  private sliceOf(row: ClaimedRow, lane: JobLane, abort: AbortController) {
    const { heavy, system, clock } = this.options;
    if (heavy?.resumable?.includes(row.kind) !== true) {
      return undefined;
    }
    const place = { kind: row.kind, workspace: row.workspaceId ?? "" };
    return setInterval(() => {
      if (lane.hasOthersThan(system, place, clock())) {
        abort.abort(new Error("other jobs are waiting"));
      }
    }, heavy.sliceMs ?? SLICE_MS);
  }

  private async run(row: ClaimedRow, abort: AbortController): Promise<void> {
    const key: RunKey = { id: row.id, owner: this.options.owner, attempts: row.attempts };
    const beat = setInterval(() => this.beat(key, abort), this.leaseMs / 3);
    const startedAt = performance.now();
    let outcome: RunReport["outcome"];
    try {
      outcome = await this.attempt(row, key, abort.signal);
    } catch (error) {
      log.error({ err: error, kind: row.kind, jobId: row.id }, "could not record how a job ended");
      outcome = "given_back";
    } finally {
      clearInterval(beat);
    }
    this.options.onRun?.({ kind: row.kind, outcome, ms: performance.now() - startedAt });
  }

  private async attempt(
    row: ClaimedRow,
    key: RunKey,
    signal: AbortSignal,
  ): Promise<RunReport["outcome"]> {
    // A job that was claimed more often than allowed killed its process every time. This must not continue forever.
    if (row.attempts > row.maxAttempts) {
      return await this.fail(row, key, new PermanentJobError("its process died at every attempt"));
    }
    try {
      await this.handlerOf(row.kind)(toJob(row), { signal });
    } catch (error) {
      if (signal.aborted) {
        await writeWhenFree(() => returnToQueue(this.options.system, key, null));
        return "given_back";
      }
      if (isBusy(error)) {
        // Another connection is writing to the file. That is not the job's fault, so it does not count as an attempt.
        const dueAt = this.options.clock() + AFTER_LOCK_MS;
        await writeWhenFree(() => returnToQueue(this.options.system, key, dueAt));
        return "given_back";
      }
      if (error instanceof AppError && error.code === "workspace_unavailable") {
        // The job runs once the workspace's file is repaired, however long that takes.
        const dueAt = this.options.clock() + SET_ASIDE_MS;
        await writeWhenFree(() => returnToQueue(this.options.system, key, dueAt));
        return "given_back";
      }
      return await this.fail(row, key, error);
    }
    const now = this.options.clock();
    await this.close(row, key, { state: "done", dueAt: now, error: null, finishedAt: now });
    return "done";
  }

  private async fail(row: ClaimedRow, key: RunKey, error: unknown): Promise<RunReport["outcome"]> {
    const { clock, random = Math.random } = this.options;
    const now = clock();
    const message = String(error instanceof Error ? error.message : error).slice(
      0,
      MAX_ERROR_CHARS,
    );
    const isDead = error instanceof PermanentJobError || row.attempts >= row.maxAttempts;
    // The message may quote a server's reply that contains an address, so it is stored in the table and not logged.
    const cause = error instanceof Error ? error.name : typeof error;
    log.warn({ cause, kind: row.kind, jobId: row.id, attempt: row.attempts }, "job failed");
    if (isDead) {
      await this.close(row, key, { state: "dead", dueAt: now, error: message, finishedAt: now });
      return "dead";
    }
    const dueAt = now + retryInMs(row.attempts, random());
    const again = { state: "ready", dueAt, error: message, finishedAt: null } as const;
    await writeWhenFree(() => settle(this.options.system, key, again));
    return "retry";
  }

  /** Ends the job and, if it is recurring, queues its next run in the same transaction. */
  private async close(
    row: ClaimedRow,
    key: RunKey,
    outcome: Parameters<typeof settle>[2],
  ): Promise<void> {
    const { system, clock } = this.options;
    const recurrence = this.recurring.get(row.kind);
    const uniqueKey = recurringKey(row.kind);
    const settleIt = () => {
      const settled = settle(system, key, outcome);
      if (settled && recurrence !== undefined && row.uniqueKey === uniqueKey) {
        const dueAt = nextRun(recurrence, clock());
        this.queue.enqueue(row.kind, null, {}, { uniqueKey, dueAt });
      }
    };
    // A finished job that is not marked as done would run again.
    await writeWhenFree(() => inTransaction(system, settleIt));
  }

  private beat(key: RunKey, abort: AbortController): void {
    try {
      if (!heartbeat(this.options.system, key, this.options.clock() + this.leaseMs)) {
        abort.abort(new Error("the job was cancelled, or its lease was lost"));
      }
    } catch (error) {
      // The next heartbeat tries again. If all fail, the lease expires and another process takes the job.
      log.warn({ err: error, jobId: key.id }, "could not renew the lease of a job");
    }
  }

  private handlerOf(kind: string): JobHandler {
    const handler = this.handlers.get(kind);
    if (handler === undefined) {
      throw new PermanentJobError(`there is no handler for jobs of kind "${kind}"`);
    }
    return handler;
  }

  private get leaseMs(): number {
    return this.options.leaseMs ?? LEASE_MS;
  }
}

/** Resolves when `work` has settled, or after `ms` at the latest. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function recurringKey(name: string): string {
  return `every:${name}`;
}

function toJob(row: ClaimedRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    workspaceId: row.workspaceId,
    payload: JSON.parse(row.payload),
    attempt: row.attempts,
    maxAttempts: row.maxAttempts,
  };
}

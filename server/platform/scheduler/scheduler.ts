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
  handBack,
  heartbeat,
  nextDue,
  type RunKey,
  settle,
} from "./job.store.ts";
import { type Job, type JobHandler, PermanentJobError } from "./job.ts";
import { JobLane, type JobLaneLimits } from "./job-lane.ts";
import { createJobQueue, type JobQueue } from "./job-queue.ts";

const LEASE_MS = 15_000;
const LOOK_EVERY_MS = 1_000;
const MAX_ERROR_CHARS = 500;
const DRAIN_MS = 10_000;
/** How long a job that was told to stop may take to reach a safe place. */
const GIVE_UP_MS = 2_000;
/** How soon a job is tried again that met a locked file. */
const AFTER_LOCK_MS = 1_000;
const SET_ASIDE_MS = 60_000;
const SLICE_MS = 3_000;

/** Which jobs wait beside which. */
export type JobLaneName = "system" | "mail" | "light" | "heavy";

/**
 * `system`: the instance's own mail and clean-ups, which no workspace's work keeps waiting. `mail`: messages of
 * a workspace to one person; they wait for mail servers, which costs next to nothing. `light`: what else this
 * thread does.
 */
const LANES: Record<Exclude<JobLaneName, "heavy">, JobLaneLimits> = {
  system: { atOnce: 8, perWorkspace: 2, perKind: 6 },
  mail: { atOnce: 32, perWorkspace: 2, perKind: 24 },
  light: { atOnce: 8, perWorkspace: 2, perKind: 6 },
};

/** How a run ended, for metrics. */
export type RunReport = {
  kind: string;
  outcome: "done" | "retry" | "dead" | "given_back";
  ms: number;
};

export type SchedulerOptions = {
  system: Connection;
  clock: Clock;
  /** Names this process and this life of it, e.g. `<node>:<boot id>`. */
  owner: string;
  /**
   * Kinds that another thread works on, and how it is asked to. A job of a resumable kind that has run for
   * `sliceMs` goes back into the queue while others wait, so that a small one never waits for large ones to end.
   */
  heavy?: {
    kinds: readonly string[];
    resumable?: readonly string[];
    sliceMs?: number;
    limits: JobLaneLimits;
    run: JobHandler;
  };
  /** How long a job stays with a process that gives no sign of life; 15 s when left out. */
  leaseMs?: number;
  random?: () => number;
  onRun?: (report: RunReport) => void;
};

/**
 * Runs what is in the job table, on this thread or by handing it to another, one owner at a time.
 * It reads system.db only and never opens a workspace: handlers do, when their job names one.
 *
 * A process that dies keeps its jobs until their leases end; then any process takes them over. A job
 * that finished is marked in one commit and never runs again.
 */
export class Scheduler {
  readonly queue: JobQueue;
  private readonly handlers = new Map<string, JobHandler>();
  private readonly recurring = new Map<string, Recurrence>();
  private readonly lanes: Record<JobLaneName, JobLane>;
  private readonly runs = new Map<Promise<void>, AbortController>();
  /** The jobs that run here: a clock that leaps forward ends their leases, and they run on. */
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

  /** Registers what does jobs of a kind, and beside which others. @throws Error when the kind has a handler already. */
  handle(kind: string, handler: JobHandler, lane: JobLaneName = "light"): void {
    if (this.handlers.has(kind)) {
      throw new Error(`jobs of kind "${kind}" have a handler already`);
    }
    this.handlers.set(kind, handler);
    this.lanes[lane].kinds.push(kind);
  }

  /**
   * Has `handler` run whenever the pattern says. The next run is a row of the job table, so a
   * moment that passed while no process lived is made up for once, at the next start.
   */
  every(name: string, recurrence: Recurrence, handler: JobHandler): void {
    this.handle(name, handler, "system");
    this.recurring.set(name, recurrence);
    const dueAt = nextRun(recurrence, this.options.clock());
    this.queue.enqueue(name, null, {}, { uniqueKey: recurringKey(name), dueAt });
    bringForward(this.options.system, recurringKey(name), dueAt);
  }

  /** Begins to take jobs. */
  start(): void {
    this.active = true;
    this.look();
  }

  /**
   * Takes no more jobs and waits for those that run, at most 10 s; then tells them to stop and gives
   * back what did not finish, so that the next process starts it at once.
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

  /** Starts whatever is due and resolves when all of it has ended, whatever its outcome; for tests and the CLI. */
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
      // What is still due now waits for a free place, and the job that frees it looks again.
      this.sleepUntil(due <= now ? now + LOOK_EVERY_MS : due);
    } catch (error) {
      // A full disk or a locked file must not end the scheduler: it looks again in a second.
      log.error({ err: error }, "scheduler cannot read its jobs");
      this.sleepUntil(this.options.clock() + LOOK_EVERY_MS);
    }
  }

  private fill(): void {
    const now = this.options.clock();
    if (now < this.filledAt) {
      // The host's clock has stepped back, or did before this start: what was to be done at once is due now.
      bringBack(this.options.system, now);
    }
    this.filledAt = now;
    for (const lane of Object.values(this.lanes)) {
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

  /** Has a long job make room, at its next safe place, when other work waits. */
  private sliceOf(row: ClaimedRow, lane: JobLane, abort: AbortController) {
    const { heavy, system, clock } = this.options;
    if (heavy?.resumable?.includes(row.kind) !== true) {
      return undefined;
    }
    const place = { kind: row.kind, workspace: row.workspaceId ?? "" };
    return setInterval(() => {
      if (lane.hasOthersThan(system, place, clock())) {
        abort.abort(new Error("others have their turn"));
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
      log.error({ err: error, kind: row.kind, jobId: row.id }, "job could not be settled");
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
    // A job that was claimed more often than it may be killed its process each time: it must not do so for ever.
    if (row.attempts > row.maxAttempts) {
      return await this.fail(row, key, new PermanentJobError("its process died during every try"));
    }
    try {
      await this.handlerOf(row.kind)(toJob(row), { signal });
    } catch (error) {
      if (signal.aborted) {
        await writeWhenFree(() => handBack(this.options.system, key, null));
        return "given_back";
      }
      if (isBusy(error)) {
        // Somebody else writes to that file for long. That is no fault of the job, so it costs no try.
        const dueAt = this.options.clock() + AFTER_LOCK_MS;
        await writeWhenFree(() => handBack(this.options.system, key, dueAt));
        return "given_back";
      }
      if (error instanceof AppError && error.code === "workspace_unavailable") {
        // It is wanted again when the workspace's file is mended, however long that takes.
        const dueAt = this.options.clock() + SET_ASIDE_MS;
        await writeWhenFree(() => handBack(this.options.system, key, dueAt));
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
    // The message may quote a server that quotes an address: it stays in the table, out of the log.
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

  /** Ends the job and, when it comes again, queues its next run in the same transaction. */
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
    // A job that is done and not marked so would run again.
    await writeWhenFree(() => inTransaction(system, settleIt));
  }

  private beat(key: RunKey, abort: AbortController): void {
    try {
      if (!heartbeat(this.options.system, key, this.options.clock() + this.leaseMs)) {
        abort.abort(new Error("the job was cancelled, or its lease was lost"));
      }
    } catch (error) {
      // The next beat tries again; when all fail, the lease ends and somebody else takes the job.
      log.warn({ err: error, jobId: key.id }, "heartbeat not written");
    }
  }

  private handlerOf(kind: string): JobHandler {
    const handler = this.handlers.get(kind);
    if (handler === undefined) {
      throw new PermanentJobError(`nothing handles jobs of kind "${kind}"`);
    }
    return handler;
  }

  private get leaseMs(): number {
    return this.options.leaseMs ?? LEASE_MS;
  }
}

/** Resolves when `work` has ended, at the latest after `ms`. */
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

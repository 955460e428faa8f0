import type { Clock } from "../platform/clock.ts";
import type { Recorder } from "./recorder.ts";
import type { Item, Run } from "./run.ts";
import type { SmtpOutcome, Verdict } from "./types.ts";

/** Messages under way on this node: each has its octets in memory. */
const MAX_IN_FLIGHT = 512;
/** While the journal cannot be written, one message this often finds out whether it can again. */
const PROBE_EVERY_MS = 5_000;

/** Decides about admission: the limiter, as the dispatcher sees it. */
export type Gate = {
  /** Takes what the message needs of every limit, or says when to ask again and what holds it back. */
  admit(
    run: Run,
    item: Item,
    now: number,
  ): { ok: true } | { ok: false; retryAt: number; boundBy: string };
  /** Learns from an outcome and says what it means for the message. */
  judge(
    run: Run,
    item: Item,
    outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>,
    now: number,
  ): Verdict;
};

export type DispatcherParts = { gate: Gate; recorder: Recorder; clock: Clock };

/**
 * Hands out messages: to each route no more than its connections can take, in turns between workspaces
 * and between the campaigns of each, and nothing while the journal cannot be written.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  /** Workspaces in turn, each with its runs in turn. */
  readonly #turns = new Map<string, Run[]>();
  readonly #byPool = new Map<Run["parts"]["pool"], number>();
  #send: (run: Run, item: Item) => void = () => undefined;
  #inFlight = 0;
  #probedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = 0;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  start(send: (run: Run, item: Item) => void): void {
    this.#send = send;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#turns.clear();
  }

  add(run: Run): void {
    const { workspaceId } = run.parts;
    this.#turns.set(workspaceId, [...(this.#turns.get(workspaceId) ?? []), run]);
  }

  remove(run: Run): void {
    const { workspaceId } = run.parts;
    const rest = (this.#turns.get(workspaceId) ?? []).filter((other) => other !== run);
    if (rest.length === 0) {
      this.#turns.delete(workspaceId);
    } else {
      this.#turns.set(workspaceId, rest);
    }
  }

  /** Starts everything that may start now. */
  wake(): void {
    const now = this.#parts.clock();
    if (!this.#mayStart(now)) {
      return;
    }
    while (this.#inFlight < MAX_IN_FLIGHT && this.#startOne(now)) {
      if (this.#parts.recorder.trouble !== undefined) {
        return;
      }
    }
  }

  /** A message that `send` was called for has come to its end. */
  finished(run: Run): void {
    const { pool } = run.parts;
    this.#inFlight -= 1;
    const left = (this.#byPool.get(pool) ?? 1) - 1;
    if (left === 0) {
      this.#byPool.delete(pool);
    } else {
      this.#byPool.set(pool, left);
    }
    this.wake();
  }

  judge(run: Run, item: Item, outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>): Verdict {
    return this.#parts.gate.judge(run, item, outcome, this.#parts.clock());
  }

  /** What holds the campaign back now, as a sentence; empty when nothing does. */
  bottleneck(run: Run): string {
    const { recorder, clock } = this.#parts;
    const { pool } = run.parts;
    const { name } = pool.route;
    const { lastError, retryAt, limit } = pool.status;
    if (recorder.trouble !== undefined) {
      return `Nothing is sent while the journal cannot be written: ${recorder.trouble}`;
    }
    if (retryAt !== undefined) {
      return `The route “${name}” cannot be reached: ${lastError}`;
    }
    if (run.notBefore > clock()) {
      return run.boundBy;
    }
    if ((this.#byPool.get(pool) ?? 0) >= limit) {
      return `All ${limit} connections of the route “${name}” are in use.`;
    }
    return "";
  }

  #mayStart(now: number): boolean {
    if (this.#parts.recorder.trouble === undefined) {
      return true;
    }
    if (now - this.#probedAt < PROBE_EVERY_MS) {
      this.#wakeAt(this.#probedAt + PROBE_EVERY_MS, now);
      return false;
    }
    this.#probedAt = now;
    return true;
  }

  /** One message of the next workspace that has one which may go. */
  #startOne(now: number): boolean {
    for (const [workspaceId, runs] of this.#turns) {
      for (const run of runs) {
        if (this.#tryRun(run, now)) {
          // Both go to the end of their line.
          this.#turns.delete(workspaceId);
          this.#turns.set(workspaceId, [...runs.filter((other) => other !== run), run]);
          return true;
        }
      }
    }
    return false;
  }

  #tryRun(run: Run, now: number): boolean {
    const item = run.isHalted || run.notBefore > now ? undefined : run.peek(now);
    if (item === undefined || !this.#hasRoom(run)) {
      return false;
    }
    const admission = this.#parts.gate.admit(run, item, now);
    if (!admission.ok) {
      run.notBefore = admission.retryAt;
      run.boundBy = admission.boundBy;
      this.#wakeAt(admission.retryAt, now);
      return false;
    }
    run.take();
    run.inFlight += 1;
    this.#inFlight += 1;
    this.#byPool.set(run.parts.pool, (this.#byPool.get(run.parts.pool) ?? 0) + 1);
    this.#send(run, item);
    return true;
  }

  /** A few more than there are connections, so that the next message is ready when one comes free. */
  #hasRoom(run: Run): boolean {
    const { pool } = run.parts;
    const { limit, retryAt } = pool.status;
    const ahead = retryAt === undefined ? Math.min(limit, 32) : 0;
    return (this.#byPool.get(pool) ?? 0) < limit + ahead;
  }

  #wakeAt(at: number, now: number): void {
    if (this.#timer !== undefined && this.#timerAt <= at && this.#timerAt > now) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.wake(), Math.max(1, at - now));
  }
}

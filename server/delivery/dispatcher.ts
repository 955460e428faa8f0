import type { Clock } from "../platform/clock.ts";
import { FairQueue } from "./limiter/fair-queue.ts";
import { Limiter, type Refusal, type Settlement } from "./limiter/limiter.ts";
import { WaitingRoom } from "./limiter/waiting-room.ts";
import { keysOf, routeKey, sentenceOf, setLimits } from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import type { Item, Run } from "./run.ts";

export type DispatcherParts = {
  recorder: Recorder;
  clock: Clock;
  /** The workspace's own cap in messages a second; undefined when it has none. */
  workspaceCap: (workspaceId: string) => number | undefined;
};

/**
 * Hands out messages: in turns between workspaces and between the campaigns of each, as far as every
 * limit admits, and nothing while the journal cannot be written. A campaign that is refused waits in
 * the waiting room, and no loop turns for it.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #limiter = new Limiter();
  readonly #queue = new FairQueue();
  readonly #room: WaitingRoom<Run>;
  readonly #runs = new Map<string, Run>();
  #send: (run: Run, item: Item) => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt: number | undefined;
  #isWaking = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#room = new WaitingRoom(parts.clock());
  }

  start(send: (run: Run, item: Item) => void): void {
    this.#send = send;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#runs.clear();
  }

  add(run: Run): void {
    const { workspaceId, campaignId, remaining } = run.parts;
    setLimits(this.#limiter, run, this.#parts.workspaceCap(workspaceId));
    this.#runs.set(run.key, run);
    this.#queue.add({ workspaceId, campaignId, remaining });
  }

  remove(run: Run): void {
    this.#runs.delete(run.key);
    this.#queue.remove(run.parts);
    this.#room.leave(run);
    this.#limiter.remove({ level: "campaign", id: run.key });
  }

  /** The campaign has something in hand again. */
  ready(run: Run): void {
    this.#queue.setReady(run.parts, true);
    this.wake();
  }

  /** The campaign starts nothing before `retryAtMs`. */
  hold(run: Run, retryAtMs: number, reason: string): void {
    this.#park(run, refusal(run, retryAtMs, reason));
  }

  /** Starts everything that may start now. */
  wake(): void {
    if (this.#isWaking) {
      return;
    }
    this.#isWaking = true;
    try {
      const now = this.#parts.clock();
      for (const run of this.#room.due(now)) {
        this.#queue.setReady(run.parts, true);
      }
      while (this.#parts.recorder.trouble === undefined && this.#startNext(now)) {
        // Each turn starts one message, or finds out that a campaign cannot go now.
      }
    } finally {
      this.#isWaking = false;
    }
    this.#setTimer();
  }

  /** A message that was handed out has come to its end. */
  finished(run: Run, item: Item, how: Settlement): void {
    const keys = keysOf(run, item);
    this.#limiter.settle(keys, this.#parts.clock(), how);
    for (const freed of this.#room.freed(keys)) {
      this.#queue.setReady(freed.parts, true);
    }
    this.wake();
  }

  /** What holds the campaign back now, as a sentence; empty when nothing does. */
  bottleneck(run: Run): string {
    const { trouble } = this.#parts.recorder;
    if (trouble !== undefined) {
      return `Nothing is sent while the journal cannot be written: ${trouble}`;
    }
    const waits = this.#room.boundBy(run);
    return waits === undefined ? "" : sentenceOf(waits.boundBy, run);
  }

  /** @returns false when no campaign is ready. */
  #startNext(now: number): boolean {
    const job = this.#queue.next();
    const run = job && this.#runs.get(`${job.workspaceId}/${job.campaignId}`);
    if (job === undefined || run === undefined) {
      return false;
    }
    const item = run.isHalted ? undefined : run.peek(now);
    if (item === undefined) {
      this.#queue.setReady(job, false);
      return true;
    }
    const refused = this.#refuse(run, item, now);
    if (refused !== undefined) {
      this.#park(run, refused);
      return true;
    }
    run.take();
    run.inFlight += 1;
    this.#queue.charge(job);
    this.#send(run, item);
    return true;
  }

  #refuse(run: Run, item: Item, now: number): Refusal | undefined {
    // One message finds out whether a route that could not be reached can be again; the others wait.
    const { retryAt, lastError } = run.parts.pool.status();
    if (retryAt !== undefined && run.inFlight > 0) {
      return refusal(run, retryAt, lastError);
    }
    const admission = this.#limiter.admit(keysOf(run, item), now);
    return admission.ok ? undefined : admission;
  }

  #park(run: Run, refused: Refusal): void {
    this.#queue.setReady(run.parts, false);
    this.#room.park(run, refused, this.#parts.clock());
  }

  #setTimer(): void {
    const at = this.#room.nextAt();
    if (at === this.#timerAt) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timerAt = at;
    if (at !== undefined) {
      const delay = Math.max(1, at - this.#parts.clock());
      this.#timer = setTimeout(() => {
        this.#timerAt = undefined;
        this.wake();
      }, delay);
    }
  }
}

function refusal(run: Run, retryAtMs: number, reason: string): Refusal {
  const boundBy = {
    ...routeKey(run),
    kind: "suspended" as const,
    allowed: 0,
    configured: 0,
    reason,
  };
  return { ok: false, retryAtMs, boundBy };
}

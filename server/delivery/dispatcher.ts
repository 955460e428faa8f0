import type { Clock } from "../platform/clock.ts";
import { type BottleneckFacts, bottleneckOf, type Wait } from "./bottleneck.ts";
import { FairQueue } from "./limiter/fair-queue.ts";
import type { BoundBy, LimitKey, Refusal, Settlement } from "./limiter/gate.ts";
import { WaitingRoom } from "./limiter/waiting-room.ts";
import {
  campaignKey,
  routeKey,
  routeSiteKey,
  setRunLimits,
  type WorkspaceLimits,
} from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import type { ItemUnderWay, Lane, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

/** Who waits for a probe of somebody else's looks again after this long. */
const PROBE_RECHECK_MS = 1_000;

export type DispatcherParts = {
  recorder: Recorder;
  clock: Clock;
  traffic: Traffic;
  /** The workspace's own caps. */
  workspaceLimits: (workspaceId: string) => WorkspaceLimits;
};

/** What the dispatcher tells of. */
export type DispatcherEvents = {
  send: (run: Run, item: ItemUnderWay) => void;
  /** The lane waits for this now. */
  parked: (lane: Lane, refusal: Refusal) => void;
};

/**
 * Hands out messages: in turns between workspaces, between the campaigns of each and between the lanes
 * of a campaign, as far as every limit admits, and nothing while the journal cannot be written. A lane
 * that is refused waits in the waiting room, and no loop turns for it.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #queue = new FairQueue();
  readonly #room: WaitingRoom<Lane>;
  readonly #runs = new Map<string, Run>();
  #events: DispatcherEvents = { send: () => undefined, parked: () => undefined };
  /** The node itself is full: nobody needs to be asked. */
  #nodeFull: Refusal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt: number | undefined;
  #isWaking = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#room = new WaitingRoom(parts.clock(), (lane) => lane.run);
  }

  start(events: DispatcherEvents): void {
    this.#events = events;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#runs.clear();
  }

  add(run: Run): void {
    const { workspaceId, campaignId, remaining } = run.parts;
    setRunLimits(this.#parts.traffic, run, this.#parts.workspaceLimits(workspaceId));
    this.#runs.set(run.key, run);
    this.#queue.add({ workspaceId, campaignId, remaining });
  }

  remove(run: Run): void {
    this.#runs.delete(run.key);
    this.#queue.remove(run.parts);
    for (const lane of run.lanes.values()) {
      this.#forget(lane);
    }
    this.#parts.traffic.limiter.remove(campaignKey(run));
  }

  /** The campaign has something in hand again. */
  ready(run: Run): void {
    for (const lane of run.lanes.values()) {
      run.wakeLane(lane);
    }
    this.laneReady(run);
    this.wake();
  }

  /** A lane of the campaign has something; `wake` starts it. */
  laneReady(run: Run): void {
    this.#queue.setReady(run.parts, run.isReady);
  }

  /** The campaign starts nothing before `retryAtMs`. */
  hold(run: Run, retryAtMs: number, reason: string): void {
    this.#parts.traffic.limiter.suspend(campaignKey(run), retryAtMs, reason);
  }

  /** Lanes that wait at the key ask again now. */
  reopened(key: LimitKey): void {
    this.#call(this.#room.reopened(key));
    this.wake();
  }

  /** Starts everything that may start now. */
  wake(): void {
    if (this.#isWaking) {
      return;
    }
    this.#isWaking = true;
    try {
      const now = this.#parts.clock();
      this.#nodeFull = undefined;
      this.#call(this.#room.due(now));
      while (this.#parts.recorder.trouble === undefined && this.#startNext(now)) {
        // Each turn starts one message, or finds out that a lane cannot go now.
      }
    } finally {
      this.#isWaking = false;
    }
    this.#setTimer();
  }

  /** A message that was handed out has come to its end. */
  finished(run: Run, lane: Lane, how: Settlement): void {
    run.landed(lane);
    this.#parts.traffic.limiter.settle(lane.limitKeys, this.#parts.clock(), how);
    this.#call(this.#room.freed(lane.limitKeys));
    this.tidy(lane);
    this.wake();
  }

  /** Drops the lane when it has nothing left. */
  tidy(lane: Lane): void {
    if (lane.waiting === 0 && lane.inFlight === 0) {
      lane.run.lanes.delete(lane.key);
      this.#forget(lane);
    }
  }

  /** What holds the campaign back now, as a sentence; empty when nothing does. */
  bottleneck(run: Run): string {
    return bottleneckOf(run, this.facts());
  }

  /** What is true of everybody now, and what each lane waits for. */
  facts(): BottleneckFacts {
    return {
      trouble: this.#parts.recorder.trouble,
      nodeFull: this.#nodeFull?.boundBy,
      waitOf: (lane) => this.#room.boundBy(lane),
      now: this.#parts.clock(),
    };
  }

  /** What a lane waits for, and until when; undefined when it does not. */
  boundBy(lane: Lane): Wait | undefined {
    return this.#room.boundBy(lane);
  }

  /** @returns false when no campaign is ready, or nobody may start anything. */
  #startNext(now: number): boolean {
    const job = this.#queue.next();
    const run = job && this.#runs.get(`${job.workspaceId}/${job.campaignId}`);
    if (job === undefined || run === undefined) {
      return false;
    }
    const lane = run.isHalted ? undefined : run.nextLane();
    if (lane === undefined) {
      this.#queue.setReady(job, false);
      return true;
    }
    const item = lane.peek(now);
    if (item === undefined) {
      // Its lease ends too soon: it goes on when that is renewed.
      run.rest(lane);
      this.#call(this.#room.moved(lane));
      return true;
    }
    const refused = this.#refuse(lane, now);
    if (refused?.boundBy.level === "node") {
      this.#nodeFull = refused;
      return false;
    }
    if (refused !== undefined) {
      this.#park(lane, refused, now);
      return true;
    }
    run.take(lane);
    this.#queue.charge(job);
    this.#call(this.#room.moved(lane, true));
    this.#events.send(run, item as ItemUnderWay);
    return true;
  }

  #refuse(lane: Lane, now: number): Refusal | undefined {
    const { way, site } = lane.target;
    const isDirect = way.egress.route.kind === "direct";
    if (lane.isShaky && lane.inFlight > 0) {
      // One message finds out whether what could not be reached can be again; the others wait.
      const { retryAt, lastError } = way.egress.status(isDirect ? site.key : undefined);
      lane.isShaky = retryAt !== undefined;
      if (retryAt !== undefined) {
        return suspension(
          isDirect ? routeSiteKey(way.egress.route, site.key) : routeKey(way.egress.route),
          retryAt,
          lastError,
        );
      }
    }
    const isOut = lane.run.parts.ways.length > 1 && way.circuit.state(now) !== "closed";
    if (isOut && (way.circuit.state(now) === "open" || lane.inFlight > 0)) {
      const again = Math.max(way.circuit.retryAt ?? 0, now + PROBE_RECHECK_MS);
      return suspension(routeKey(way.egress.route), again, way.circuit.reason);
    }
    const admission = this.#parts.traffic.limiter.admit(lane.limitKeys, now);
    return admission.ok ? undefined : admission;
  }

  #park(lane: Lane, refusal: Refusal, now: number): void {
    lane.run.rest(lane);
    lane.isParked = true;
    this.#call(this.#room.park(lane, refusal, now));
    this.#events.parked(lane, refusal);
  }

  /** These may ask again; for one that has nothing to ask for, the next one may. */
  #call(lanes: Lane[]): void {
    for (const lane of lanes) {
      const { run } = lane;
      lane.isParked = false;
      run.setStuck(lane, false);
      run.wakeLane(lane);
      if (lane.waiting > 0 && this.#runs.get(run.key) === run) {
        this.#queue.setReady(run.parts, true);
      } else {
        lanes.push(...this.#room.moved(lane));
      }
    }
  }

  /** The lane is gone: whoever it was called before is called instead. */
  #forget(lane: Lane): void {
    this.#room.leave(lane);
    lane.isParked = false;
    lane.run.setStuck(lane, false);
    this.#call(this.#room.moved(lane));
  }

  #setTimer(): void {
    const full = this.#nodeFull?.retryAtMs ?? Number.POSITIVE_INFINITY;
    const next = Math.min(full, this.#room.nextAt() ?? Number.POSITIVE_INFINITY);
    const at = next === Number.POSITIVE_INFINITY ? undefined : next;
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

function suspension(key: LimitKey, retryAtMs: number, reason: string): Refusal {
  const { level, id } = key;
  const boundBy: BoundBy = { level, id, kind: "suspended", allowed: 0, configured: 0, reason };
  return { ok: false, retryAtMs, boundBy };
}

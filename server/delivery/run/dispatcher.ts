import { type Clocks, onWallClock } from "../../platform/clock.ts";
import { FairQueue } from "../limiter/fair-queue.ts";
import type { BoundBy, LimitKey, Refusal, Settlement } from "../limiter/limit-state.ts";
import { Places } from "../limiter/places.ts";
import { WaitQueue } from "../limiter/wait-queue.ts";
import { type BottleneckFacts, bottleneckOf, type Wait } from "./bottleneck.ts";
import {
  admittedAtOnce,
  campaignKey,
  NODE_PLACES,
  nodeKey,
  nodeOpeningKey,
  nodeShareKey,
  OPENING_PLACES,
  routeKey,
  setRunLimits,
  type WorkspaceLimits,
} from "./limits.ts";
import type { Recorder } from "./recorder.ts";
import { RenderShare } from "./render-share.ts";
import type { Lane, MessageInFlight, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

/** Who waits for a probe of somebody else's looks again after this long. */
const PROBE_RECHECK_MS = 1_000;

export type DispatcherParts = {
  recorder: Recorder;
  clocks: Clocks;
  traffic: Traffic;
  /** The workspace's own caps. */
  workspaceLimits: (workspaceId: string) => WorkspaceLimits;
  /** Messages under way on this node, and of those that wait for a first connection beside them. */
  places?: { node: number; opening: number };
};

/** What a message had when it was handed out. */
type Handed = Pick<MessageInFlight, "lane" | "places">;

const shareKeys = [nodeShareKey];
const openingKeys = [nodeOpeningKey];

/** What the dispatcher tells of. */
export type DispatcherEvents = {
  send: (run: Run, item: MessageInFlight) => void;
  /** The lane waits for this now. */
  parked: (lane: Lane, refusal: Refusal) => void;
};

/**
 * Hands out messages: in turns between workspaces, between the campaigns of each and between the lanes
 * of a campaign, as far as every limit admits, and nothing while the journal cannot be written. A lane
 * that is refused waits in the wait queue, and no loop turns for it.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #queue = new FairQueue();
  readonly #waitQueue: WaitQueue<Lane>;
  readonly #runs = new Map<string, Run>();
  readonly #renderShare = new RenderShare<Run>();
  #events: DispatcherEvents = { send: () => undefined, parked: () => undefined };
  readonly #places: Places;
  readonly #openings: Places;
  /** The node itself is full: nobody needs to be asked. */
  #nodeFull: Refusal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt: number | undefined;
  #isWaking = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#waitQueue = new WaitQueue(parts.clocks.steady(), (lane) => lane.run);
    const { node, opening } = parts.places ?? { node: NODE_PLACES, opening: OPENING_PLACES };
    this.#places = new Places(node);
    this.#openings = new Places(opening);
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
    this.#places.enter(workspaceId);
    this.#openings.enter(workspaceId);
    this.#queue.add({ workspaceId, campaignId, remaining });
  }

  remove(run: Run): void {
    this.#runs.delete(run.key);
    this.#queue.remove(run.parts);
    for (const lane of run.lanes.values()) {
      this.#forget(lane);
    }
    this.#parts.traffic.limiter.remove(campaignKey(run));
    const { workspaceId } = run.parts;
    if (![...this.#runs.values()].some(({ parts }) => parts.workspaceId === workspaceId)) {
      this.#places.leave(workspaceId);
      this.#openings.leave(workspaceId);
    }
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

  /** The campaign starts nothing before `retryAtMs` (steady). */
  hold(run: Run, retryAtMs: number, reason: string): void {
    this.#parts.traffic.limiter.suspend(campaignKey(run), retryAtMs, reason);
  }

  /** Filling in a message of the campaign took so long. */
  rendered(run: Run, ms: number): void {
    this.#renderShare.rendered(run, ms, this.#runs.size > 1);
  }

  /** Lanes that wait at the key ask again now. */
  reopened(key: LimitKey): void {
    this.#call(this.#waitQueue.reopened(key));
    this.wake();
  }

  /** Starts everything that may start now. */
  wake(): void {
    if (this.#isWaking) {
      return;
    }
    this.#isWaking = true;
    try {
      const now = this.#parts.clocks.steady();
      this.#nodeFull = undefined;
      this.#call(this.#waitQueue.due(now));
      while (this.#parts.recorder.trouble === undefined && this.#startNext(now)) {
        // Each turn starts one message, or finds out that a lane cannot go now.
      }
    } finally {
      this.#isWaking = false;
    }
    this.#setTimer();
  }

  /**
   * A message that was handed out has come to its end; for a pushback with what was said or went wrong. It may be in
   * another lane by now: the one it was handed out in is told.
   */
  finished({ lane, places }: Handed, how: Settlement, why = ""): void {
    const { run } = lane;
    const now = this.#parts.clocks.steady();
    run.landed(lane, now);
    places?.give(run.parts.workspaceId);
    this.#parts.traffic.limiter.settle(lane.limitKeys, now, how, why);
    this.#call(this.#waitQueue.freed(lane.limitKeys));
    this.#call(this.#waitQueue.freed(places === this.#places ? shareKeys : openingKeys));
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
      waitOf: (lane) => this.#waitQueue.boundBy(lane),
      now: this.#parts.clocks.steady(),
      onWallClock: (steadyMs) => onWallClock(steadyMs, this.#parts.clocks),
    };
  }

  /** What a lane waits for, and until when; undefined when it does not. */
  boundBy(lane: Lane): Wait | undefined {
    return this.#waitQueue.boundBy(lane);
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
    const item = lane.peek(this.#parts.clocks.wall());
    if (item === undefined) {
      // Its lease ends too soon: it goes on when that is renewed.
      run.rest(lane);
      this.#call(this.#waitQueue.moved(lane));
      return true;
    }
    const usable = lane.target.way.egress.usable(siteKeyOf(lane));
    const places = usable === 0 ? this.#openings : this.#places;
    if (places === this.#places && places.isFull) {
      this.#nodeFull = refusal(nodeKey, "concurrency", places.max);
      return false;
    }
    const refused = this.#rest(run, now) ?? this.#refuse(lane, usable, places, now);
    if (refused !== undefined) {
      this.#park(lane, refused, now);
      return true;
    }
    run.take(lane, now);
    item.places = places;
    places.take(run.parts.workspaceId);
    this.#queue.charge(job);
    this.#call(this.#waitQueue.moved(lane, true));
    this.#events.send(run, item as MessageInFlight);
    return true;
  }

  #rest(run: Run, now: number): Refusal | undefined {
    const rest = this.#renderShare.waitOf(run);
    return rest && suspension(campaignKey(run), now + rest.ms, rest.reason);
  }

  #refuse(lane: Lane, usable: number, places: Places, now: number): Refusal | undefined {
    const { way } = lane.target;
    const isOut = lane.run.parts.ways.length > 1 && way.circuit.state(now) !== "closed";
    if (isOut && (way.circuit.state(now) === "open" || lane.inFlight > 0)) {
      const again = Math.max(way.circuit.retryAt ?? 0, now + PROBE_RECHECK_MS);
      return suspension(routeKey(way.egress.route), again, way.circuit.reason);
    }
    const { limiter } = this.#parts.traffic;
    if (limiter.underWay(lane.serverKey) >= admittedAtOnce(usable)) {
      return closedDoor(lane, usable);
    }
    if (!places.has(lane.run.parts.workspaceId)) {
      return places === this.#openings
        ? refusal(nodeOpeningKey, "concurrency", places.max)
        : refusal(nodeShareKey, "concurrency", places.share);
    }
    const admission = limiter.admit(lane.limitKeys, now);
    return admission.ok ? undefined : admission;
  }

  #park(lane: Lane, refusal: Refusal, now: number): void {
    lane.run.rest(lane);
    lane.isParked = true;
    this.#call(this.#waitQueue.park(lane, refusal, now));
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
        lanes.push(...this.#waitQueue.moved(lane));
      }
    }
  }

  /** The lane is gone: whoever it was called before is called instead. */
  #forget(lane: Lane): void {
    this.#waitQueue.leave(lane);
    lane.isParked = false;
    lane.run.setStuck(lane, false);
    this.#call(this.#waitQueue.moved(lane));
  }

  #setTimer(): void {
    const full = this.#nodeFull?.retryAtMs ?? Number.POSITIVE_INFINITY;
    const next = Math.min(full, this.#waitQueue.nextAt() ?? Number.POSITIVE_INFINITY);
    const at = next === Number.POSITIVE_INFINITY ? undefined : next;
    if (at === this.#timerAt) {
      return;
    }
    clearTimeout(this.#timer);
    this.#timerAt = at;
    if (at !== undefined) {
      const delay = Math.max(1, at - this.#parts.clocks.steady());
      this.#timer = setTimeout(() => {
        this.#timerAt = undefined;
        this.wake();
      }, delay);
    }
  }
}

/** Of the servers behind a lane, in the terms of `Egress`. */
function siteKeyOf({ target: { way, site } }: Lane): string | undefined {
  return way.egress.route.kind === "direct" ? site.key : undefined;
}

/** No more messages for servers that have not let in those there are: they are waited for, or tried again later. */
function closedDoor(lane: Lane, usable: number): Refusal {
  const { retryAt, lastError } = lane.target.way.egress.status(siteKeyOf(lane));
  return usable === 0 && retryAt !== undefined
    ? suspension(lane.serverKey, retryAt, lastError)
    : refusal(lane.serverKey, "opening", usable, lastError);
}

function refusal(
  { level, id }: LimitKey,
  kind: BoundBy["kind"],
  allowed: number,
  reason = "",
): Refusal {
  const boundBy: BoundBy = { level, id, kind, allowed, configured: allowed, reason };
  return { ok: false, retryAtMs: undefined, boundBy };
}

function suspension({ level, id }: LimitKey, retryAtMs: number, reason: string): Refusal {
  const boundBy: BoundBy = { level, id, kind: "suspended", allowed: 0, configured: 0, reason };
  return { ok: false, retryAtMs, boundBy };
}

import { type Clocks, onWallClock } from "../../platform/clock.ts";
import type { Bottleneck } from "../bottleneck-codes.ts";
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

/** How long a lane waits before it checks again whether another lane's probe succeeded. */
const PROBE_RECHECK_MS = 1_000;

export type DispatcherParts = {
  recorder: Recorder;
  clocks: Clocks;
  traffic: Traffic;
  /** The limits that the workspace itself has. */
  workspaceLimits: (workspaceId: string) => WorkspaceLimits;
  /** Maximum of messages in flight on this node, and in addition of those waiting for a server's first connection. */
  places?: { node: number; opening: number };
};

/** The lane and the place of a message at the time it was sent. */
type Handed = Pick<MessageInFlight, "lane" | "places">;

/** The part of the free places that a workspace may take before any of its messages has ended. */
const FIRST_PART = 1 / 8;
const shareKeys = [nodeShareKey];
const openingKeys = [nodeOpeningKey];

/** The dispatcher's callbacks. */
export type DispatcherEvents = {
  send: (run: Run, item: MessageInFlight) => void;
  /** The lane is now parked because of this refusal. */
  parked: (lane: Lane, refusal: Refusal) => void;
};

/**
 * Starts messages: in turn between workspaces, between the campaigns of a workspace and between the lanes of a
 * campaign, as far as all limits admit, and none while the journal cannot be written. A refused lane is parked in the
 * wait queue, so nothing polls.
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
  /** Set when the node itself is full: then no lane needs to be tried. */
  #nodeFull: Refusal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt: number | undefined;
  #isWaking = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
    this.#waitQueue = new WaitQueue(parts.clocks.steady(), (lane) => lane.run);
    const { node, opening } = parts.places ?? { node: NODE_PLACES, opening: OPENING_PLACES };
    this.#places = new Places(node, FIRST_PART);
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

  /** The campaign may have messages to send again. */
  ready(run: Run): void {
    for (const lane of run.lanes.values()) {
      run.wakeLane(lane);
    }
    this.laneReady(run);
    this.wake();
  }

  /** A lane of the campaign has messages; the next `wake` starts them. */
  laneReady(run: Run): void {
    this.#queue.setReady(run.parts, run.isReady);
  }

  /** Suspends the campaign until `retryAtMs` (steady). */
  hold(run: Run, retryAtMs: number, reason: string): void {
    this.#parts.traffic.limiter.suspend(campaignKey(run), retryAtMs, reason);
  }

  /** Records how long rendering a message of the campaign took. */
  rendered(run: Run, ms: number): void {
    this.#renderShare.rendered(run, ms, this.#runs.size > 1);
  }

  /** The limit has capacity again: wakes the lanes that are parked at it. */
  reopened(key: LimitKey): void {
    this.#call(this.#waitQueue.reopened(key));
    this.wake();
  }

  /** Starts all messages that may be sent now. */
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
        // Each iteration starts a message, or parks or rests a lane.
      }
    } finally {
      this.#isWaking = false;
    }
    this.#setTimer();
  }

  /**
   * A message that was started has ended; `why` is the reason for a pushback. `lane` must be the lane in which it was
   * admitted, even if the message has been moved to another one since.
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

  /** Drops the lane if it has no messages left. */
  tidy(lane: Lane): void {
    if (lane.waiting === 0 && lane.inFlight === 0) {
      lane.run.lanes.delete(lane.key);
      this.#forget(lane);
    }
  }

  /** What slows the campaign down; null when nothing does. */
  bottleneck(run: Run): Bottleneck | null {
    return bottleneckOf(run, this.facts());
  }

  /** The state of the node, and what each lane waits for. */
  facts(): BottleneckFacts {
    return {
      trouble: this.#parts.recorder.trouble,
      nodeFull: this.#nodeFull?.boundBy,
      waitOf: (lane) => this.#waitQueue.boundBy(lane),
      now: this.#parts.clocks.steady(),
      onWallClock: (steadyMs) => onWallClock(steadyMs, this.#parts.clocks),
    };
  }

  /** What a lane waits for, and until when; undefined when it is not parked. */
  boundBy(lane: Lane): Wait | undefined {
    return this.#waitQueue.boundBy(lane);
  }

  /** @returns false when no campaign is ready or the node is full. */
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
      // The lease of its next message ends too soon. The lane continues when the lease has been renewed.
      run.rest(lane);
      this.#call(this.#waitQueue.moved(lane));
      return true;
    }
    const usable = lane.target.campaignRoute.egress.usable(siteKeyOf(lane));
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
    const { campaignRoute } = lane.target;
    const isOut = lane.run.parts.routes.length > 1 && campaignRoute.circuit.state(now) !== "closed";
    if (isOut && (campaignRoute.circuit.state(now) === "open" || lane.inFlight > 0)) {
      const again = Math.max(campaignRoute.circuit.retryAt ?? 0, now + PROBE_RECHECK_MS);
      return suspension(routeKey(campaignRoute.egress.route), again, campaignRoute.circuit.reason);
    }
    const { limiter } = this.#parts.traffic;
    if (limiter.underWay(lane.serverKey) >= admittedAtOnce(usable)) {
      return serverRefusal(lane, usable);
    }
    if (!places.has(lane.run.parts.workspaceId)) {
      return places === this.#openings
        ? refusal(nodeOpeningKey, "concurrency", places.max)
        : refusal(nodeShareKey, "concurrency", places.heldBy(lane.run.parts.workspaceId));
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

  /** Makes woken lanes ready. If one has nothing to send, the next lane at its wait point is woken instead. */
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

  /** Removes a lane from the wait queue. If it had been woken, the next lane is woken instead. */
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

/** The site key to pass to `Egress`; undefined for a relay, which is a single server. */
function siteKeyOf({ target: { campaignRoute, site } }: Lane): string | undefined {
  return campaignRoute.egress.route.kind === "direct" ? site.key : undefined;
}

/**
 * The refusal while all usable connections have enough messages: more are admitted when another connection is ready,
 * or when the server may be tried again.
 */
function serverRefusal(lane: Lane, usable: number): Refusal {
  const { retryAt, lastError } = lane.target.campaignRoute.egress.status(siteKeyOf(lane));
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

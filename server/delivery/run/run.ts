import type { ConsentRule } from "../consent.store.ts";
import type { BoundBy, LimitKey } from "../limiter/limit-state.ts";
import type { Places } from "../limiter/places.ts";
import type { Claim } from "../queue/claim.store.ts";
import type { LoadedRecipient } from "../queue/load.store.ts";
import type { CompiledCampaign } from "../render/compile.ts";
import type { Target } from "../smtp/egress.ts";
import type { CampaignRoute } from "./routing.ts";

/** No message is started this close to the end of its lease, so that it cannot overlap with the next owner. */
const LEASE_SAFETY_MS = 10_000;

/** A leased chunk, and how much of it is unfinished. */
export type ChunkInHand = {
  claim: Claim;
  /** Messages without an outcome. */
  open: number;
  /** Facts that are not durable in the journal yet. */
  unrecorded: number;
};

/** A message that is loaded in memory. */
export type MessageInHand = LoadedRecipient & {
  chunk: ChunkInHand;
  /** The workspace's consent version when the consent rule was last applied to the recipient. */
  judgedAt: number;
  /** Undefined until the site of its domain is known. */
  lane: Lane | undefined;
  /** The counter in which the message has a place while it is in flight. */
  places?: Places | undefined;
};

/** A message in flight; `lane` is the lane in which it was admitted. */
export type MessageInFlight = MessageInHand & { lane: Lane };

/** All limits that must admit the lane's messages, and the limit among them that belongs to the server. */
export type LaneLimits = { keys: readonly LimitKey[]; serverKey: LimitKey };

/** The route, site and source address of a lane. */
export type LaneTarget = Pick<Target, "site" | "source"> & { campaignRoute: CampaignRoute };

/**
 * The messages of a campaign that share route, source address and site. The same limits apply to all of them, so they
 * wait together, and messages of other lanes need not wait with them.
 */
export class Lane {
  readonly run: Run;
  readonly target: LaneTarget;
  readonly key: string;
  /** All limits that must admit its messages. */
  readonly limitKeys: readonly LimitKey[];
  /** The limit among them that belongs to the server. */
  readonly serverKey: LimitKey;
  /** The start of the lane's current count, in steady ms. With `finished` this gives the lane's rate. */
  readonly sinceMs: number;
  /** Messages with an outcome since `sinceMs`. */
  finished = 0;
  inFlight = 0;
  /** True while the lane waits in the wait queue because the limiter refused it. */
  isParked = false;
  /** True while the lane is parked at a limit that holds back only lanes like it. The campaign continues without it. */
  isStuck = false;
  #items: MessageInHand[] = [];
  #head = 0;

  constructor(run: Run, target: LaneTarget, limits: LaneLimits, sinceMs: number) {
    this.run = run;
    this.sinceMs = sinceMs;
    this.target = target;
    this.key = laneKey(target);
    this.limitKeys = limits.keys;
    this.serverKey = limits.serverKey;
  }

  get waiting(): number {
    return this.#items.length - this.#head;
  }

  push(item: MessageInHand): void {
    this.#items.push(item);
  }

  /** The next message; undefined when there is none, or its lease ends too soon. */
  peek(now: number): MessageInHand | undefined {
    const item = this.#items[this.#head];
    const isSafe = item !== undefined && item.chunk.claim.leaseUntil - LEASE_SAFETY_MS > now;
    return isSafe ? item : undefined;
  }

  /** Removes the message that `peek` returned. */
  take(): void {
    this.#head += 1;
    // Shifting a long array is slow, so the used part is cut off when it exceeds half of the array.
    if (this.#head > 256 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Puts a message back at the front, as if it had never been taken. */
  putBack(item: MessageInHand): void {
    this.#items = [item, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  /** Removes and returns the matching messages. */
  drop(isDropped: (item: MessageInHand) => boolean): MessageInHand[] {
    const dropped: MessageInHand[] = [];
    const kept: MessageInHand[] = [];
    // Each message is tested only once, because the result may depend on how many were tested before.
    for (const item of this.#items.slice(this.#head)) {
      (isDropped(item) ? dropped : kept).push(item);
    }
    this.#items = kept;
    this.#head = 0;
    return dropped;
  }

  forEach(look: (item: MessageInHand) => void): void {
    for (let i = this.#head; i < this.#items.length; i += 1) {
      look(this.#items[i] as MessageInHand);
    }
  }
}

/** Unique within the campaign. */
export function laneKey({ campaignRoute, site, source }: LaneTarget): string {
  const { id } = campaignRoute.egress.route;
  // A relay's single host takes mail for all providers, but limits can hold back each provider separately.
  return `${id}/${source?.address ?? ""}/${site.key}/${site.provider}`;
}

/** The fixed data of a campaign that is being sent. */
export type RunParts = {
  workspaceId: string;
  campaignId: number;
  launchedAt: number;
  /** Send evenly over this time; undefined = as fast as possible. */
  spreadMinutes: number | undefined;
  /** What to do with a message that may or may not have been delivered. */
  onAmbiguous: "resend" | "hold";
  total: number;
  /** Messages without a final state at the start of the run. */
  remaining: number;
  compiled: CompiledCampaign;
  /** The rule that decides whether a recipient may be mailed. */
  consent: ConsentRule;
  /** The routes that it may use; at least one. */
  routes: readonly CampaignRoute[];
};

/** A campaign that is being sent: its messages in hand by lane, and its progress. */
export class Run {
  readonly parts: RunParts;
  readonly key: string;
  readonly chunks = new Set<ChunkInHand>();
  readonly lanes = new Map<string, Lane>();
  /** Messages whose domain is being looked up in the DNS. */
  readonly unplaced = new Set<MessageInHand>();
  inFlight = 0;
  /** Messages with an outcome since the start of the run. */
  finished = 0;
  /** Steady ms when the last message ended, or when the first one was started after none were in flight. */
  lastLandedAt = 0;
  /** Consecutive messages that exceeded the rendering budget. */
  overBudget = 0;
  /** Messages waiting in lanes. */
  waiting = 0;
  /** True while a request for more chunks is pending. */
  isAsking = false;
  /** Providers whose messages are not loaded for now: until when (steady ms), and because of which limit. */
  readonly blocked = new Map<string, { untilMs: number; boundBy: BoundBy }>();
  #isHalted = false;
  /** Messages waiting in stuck lanes. */
  #stuck = 0;
  /** Lanes that have messages and are not parked, in round-robin order. */
  readonly #ready = new Set<Lane>();

  constructor(parts: RunParts) {
    this.parts = parts;
    this.key = `${parts.workspaceId}/${parts.campaignId}`;
  }

  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** Stops starting messages, and cancels those before the dot. */
  halt(): void {
    this.#isHalted = true;
    for (const { cancellation } of this.parts.routes) {
      cancellation.abort();
    }
  }

  /** Messages in memory, whether waiting or in flight. */
  get inHand(): number {
    return this.waiting + this.unplaced.size + this.inFlight;
  }

  /** Messages in hand, not counting those of stuck lanes. */
  get active(): number {
    return this.inHand - this.#stuck;
  }

  get isReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Returns the lane for a target; creates it with these limits if necessary. */
  lane(target: LaneTarget, limits: () => LaneLimits, now: number): Lane {
    const key = laneKey(target);
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(this, target, limits(), now);
      this.lanes.set(key, lane);
    }
    return lane;
  }

  /** Appends a message to a lane. */
  add(item: MessageInHand, lane: Lane): void {
    this.unplaced.delete(item);
    item.lane = lane;
    lane.push(item);
    this.#grown(lane);
  }

  /** Puts a message back at the front of its lane, as if it had never been taken. */
  putBack(item: MessageInFlight): void {
    item.lane.putBack(item);
    this.#grown(item.lane);
  }

  /** The next lane in turn; undefined when none is ready. */
  nextLane(): Lane | undefined {
    const [lane] = this.#ready;
    return lane;
  }

  /** Takes the message that `lane.peek` returned, and passes the turn to the next lane. */
  take(lane: Lane, now: number): void {
    if (this.inFlight === 0) {
      this.lastLandedAt = now;
    }
    lane.take();
    lane.inFlight += 1;
    this.inFlight += 1;
    this.waiting -= 1;
    if (lane.waiting === 0) {
      this.#ready.delete(lane);
    } else if (this.#ready.size > 1) {
      this.#ready.delete(lane);
      this.#ready.add(lane);
    }
  }

  /** A message in flight has ended. */
  landed(lane: Lane, now: number): void {
    this.lastLandedAt = now;
    lane.finished += 1;
    lane.inFlight -= 1;
    this.inFlight -= 1;
  }

  /** Sets whether the lane waits at a limit that holds back only lanes like it. */
  setStuck(lane: Lane, isStuck: boolean): void {
    if (lane.isStuck !== isStuck) {
      lane.isStuck = isStuck;
      this.#stuck += isStuck ? lane.waiting : -lane.waiting;
    }
  }

  /** Removes a lane from the round robin. */
  rest(lane: Lane): void {
    this.#ready.delete(lane);
  }

  /** Adds a lane to the round robin, unless it is empty or parked. */
  wakeLane(lane: Lane): void {
    if (lane.waiting > 0 && !lane.isParked) {
      this.#ready.add(lane);
    }
  }

  /** Removes matching messages that are not in flight, and returns them. */
  dropWaiting(isDropped: (item: MessageInHand) => boolean = () => true): MessageInHand[] {
    const dropped = [...this.unplaced].filter(isDropped);
    for (const item of dropped) {
      this.unplaced.delete(item);
    }
    for (const lane of this.lanes.values()) {
      dropped.push(...this.dropFrom(lane, isDropped));
    }
    return dropped;
  }

  /** Like `dropWaiting`, for one lane. */
  dropFrom(lane: Lane, isDropped: (item: MessageInHand) => boolean = () => true): MessageInHand[] {
    return this.#shrunk(lane, lane.drop(isDropped));
  }

  #grown(lane: Lane): void {
    this.waiting += 1;
    this.#stuck += lane.isStuck ? 1 : 0;
    if (!lane.isParked) {
      this.#ready.add(lane);
    }
  }

  #shrunk(lane: Lane, dropped: MessageInHand[]): MessageInHand[] {
    this.waiting -= dropped.length;
    this.#stuck -= lane.isStuck ? dropped.length : 0;
    if (lane.waiting === 0) {
      this.#ready.delete(lane);
    }
    return dropped;
  }
}

/** A placeholder for a message that is not loaded, because it will not be sent. */
export function emptyMessage(seq: number): Omit<MessageInHand, "chunk"> {
  return {
    firstTriedAt: undefined,
    ambiguousBefore: 0,
    judgedAt: 0,
    lane: undefined,
    recipient: {
      seq,
      contactId: 0,
      address: "",
      attempts: 0,
      contact: {
        id: 0,
        email: "",
        first_name: "",
        last_name: "",
        language: "",
        tracking_off: false,
        fields: {},
      },
    },
  };
}

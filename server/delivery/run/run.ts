import type { ConsentRule } from "../consent.store.ts";
import type { BoundBy, LimitKey } from "../limiter/limit-state.ts";
import type { Places } from "../limiter/places.ts";
import type { Claim } from "../queue/claim.store.ts";
import type { LoadedRecipient } from "../queue/load.store.ts";
import type { CompiledCampaign } from "../render/compile.ts";
import type { Target } from "../smtp/egress.ts";
import type { Way } from "./routing.ts";

/** Starting nothing this close to the end of a lease keeps two owners from overlapping. */
const LEASE_SAFETY_MS = 10_000;

/** A chunk on lease, and what is still to be said about it before it goes back. */
export type ChunkInHand = {
  claim: Claim;
  /** Messages without an outcome yet. */
  open: number;
  /** Facts on their way to the journal. */
  unrecorded: number;
};

/** A message in hand. */
export type MessageInHand = LoadedRecipient & {
  chunk: ChunkInHand;
  /** The workspace's consent version at which the recipient could be mailed. */
  judgedAt: number;
  /** Undefined until it is known where its domain's mail goes. */
  lane: Lane | undefined;
  /** Which of the node's places it has while it is under way. */
  places?: Places | undefined;
};

/** A message that is under way: its lane is the one that it was admitted in. */
export type MessageInFlight = MessageInHand & { lane: Lane };

/** Every limit that must admit a lane's messages, and the one of them of the servers it leads to. */
export type LaneLimits = { keys: readonly LimitKey[]; serverKey: LimitKey };

/** Where a lane leads. */
export type LaneTarget = Pick<Target, "site" | "source"> & { way: Way };

/**
 * The messages of a campaign that go one way: one route, one source address, one site. The same limits apply
 * to all of them, so they wait together and nobody else waits for them.
 */
export class Lane {
  readonly run: Run;
  readonly target: LaneTarget;
  readonly key: string;
  /** Every limit that must admit its messages. */
  readonly limitKeys: readonly LimitKey[];
  /** Of these the one of the servers it leads to. */
  readonly serverKey: LimitKey;
  /** Steady; with `finished` the lane's pace. */
  readonly sinceMs: number;
  /** Messages that got an outcome since then. */
  finished = 0;
  inFlight = 0;
  /** The limiter has refused it, and it waits for that. */
  isParked = false;
  /** Parked at a limit that holds only such lanes: the rest of the campaign must not wait for it. */
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

  /** The next message, or undefined when there is none whose lease is good for long enough. */
  peek(now: number): MessageInHand | undefined {
    const item = this.#items[this.#head];
    const isSafe = item !== undefined && item.chunk.claim.leaseUntil - LEASE_SAFETY_MS > now;
    return isSafe ? item : undefined;
  }

  /** Takes the message that `peek` showed. */
  take(): void {
    this.#head += 1;
    // Cheaper than shifting a long array: the used part goes when it is the larger one.
    if (this.#head > 256 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Puts a message in front, as if it had never been taken. */
  putBack(item: MessageInHand): void {
    this.#items = [item, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  /** Takes out those it is asked to. */
  drop(isDropped: (item: MessageInHand) => boolean): MessageInHand[] {
    const waiting = this.#items.slice(this.#head);
    this.#items = waiting.filter((item) => !isDropped(item));
    this.#head = 0;
    return waiting.filter(isDropped);
  }

  forEach(look: (item: MessageInHand) => void): void {
    for (let i = this.#head; i < this.#items.length; i += 1) {
      look(this.#items[i] as MessageInHand);
    }
  }
}

/** Names the lane inside its campaign. */
export function laneKey({ way, site, source }: LaneTarget): string {
  const { id } = way.egress.route;
  // A relay's one host takes mail for all providers, and each of these may be held back alone.
  return `${id}/${source?.address ?? ""}/${site.key}/${site.provider}`;
}

/** What is fixed for a campaign while it is being sent. */
export type RunParts = {
  workspaceId: string;
  campaignId: number;
  launchedAt: number;
  /** Sent evenly over this time; undefined = as fast as it may go. */
  spreadMinutes: number | undefined;
  /** What to do with a message that may have been delivered. */
  onAmbiguous: "resend" | "hold";
  total: number;
  /** Messages without a final state at the start of the run. */
  remaining: number;
  compiled: CompiledCampaign;
  /** Who of its audience may be mailed now. */
  consent: ConsentRule;
  /** The routes it may use, at least one. */
  ways: readonly Way[];
};

/** One campaign being sent: its messages in hand, by lane, and how it is going. */
export class Run {
  readonly parts: RunParts;
  readonly key: string;
  readonly chunks = new Set<ChunkInHand>();
  readonly lanes = new Map<string, Lane>();
  /** Messages whose domain is being looked up. */
  readonly unplaced = new Set<MessageInHand>();
  inFlight = 0;
  /** Messages that got an outcome since the start. */
  finished = 0;
  /** When (steady) the last message came to its end, or the first of those under way was started. */
  lastLandedAt = 0;
  /** Messages in a row that cost more than one may to fill in. */
  overBudget = 0;
  /** Messages in lanes. */
  waiting = 0;
  /** More was asked for and has not come. */
  isAsking = false;
  /** Providers whose messages are not taken in hand for now: until when (steady clock), and why. */
  readonly blocked = new Map<string, { untilMs: number; boundBy: BoundBy }>();
  #isHalted = false;
  /** Messages in lanes that are stuck. */
  #stuck = 0;
  /** Lanes with messages that the limiter has not refused, in the order of their turns. */
  readonly #ready = new Set<Lane>();

  constructor(parts: RunParts) {
    this.parts = parts;
    this.key = `${parts.workspaceId}/${parts.campaignId}`;
  }

  get isHalted(): boolean {
    return this.#isHalted;
  }

  /** Starts nothing any more, and takes back what is before its dot. */
  halt(): void {
    this.#isHalted = true;
    for (const { recall } of this.parts.ways) {
      recall.abort();
    }
  }

  /** Messages in hand, waiting or under way. */
  get inHand(): number {
    return this.waiting + this.unplaced.size + this.inFlight;
  }

  /** Messages in hand that others wait for: those of stuck lanes left out. */
  get active(): number {
    return this.inHand - this.#stuck;
  }

  get isReady(): boolean {
    return this.#ready.size > 0;
  }

  /** The lane to a target; made with these limits when there is none. */
  lane(target: LaneTarget, limits: () => LaneLimits, now: number): Lane {
    const key = laneKey(target);
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(this, target, limits(), now);
      this.lanes.set(key, lane);
    }
    return lane;
  }

  /** Puts a message at the end of a lane. */
  add(item: MessageInHand, lane: Lane): void {
    this.unplaced.delete(item);
    item.lane = lane;
    lane.push(item);
    this.#grown(lane);
  }

  /** Puts a message back in front, as if it had never been taken. */
  putBack(item: MessageInFlight): void {
    item.lane.putBack(item);
    this.#grown(item.lane);
  }

  /** Whose turn it is; undefined when no lane is ready. */
  nextLane(): Lane | undefined {
    const [lane] = this.#ready;
    return lane;
  }

  /** Takes the message that the lane's `peek` showed; then it is the next lane's turn. */
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

  /** A message under way has come to its end. */
  landed(lane: Lane, now: number): void {
    this.lastLandedAt = now;
    lane.finished += 1;
    lane.inFlight -= 1;
    this.inFlight -= 1;
  }

  /** The lane waits for something that only lanes like it wait for, or does so no more. */
  setStuck(lane: Lane, isStuck: boolean): void {
    if (lane.isStuck !== isStuck) {
      lane.isStuck = isStuck;
      this.#stuck += isStuck ? lane.waiting : -lane.waiting;
    }
  }

  /** Takes a lane out of the turns. */
  rest(lane: Lane): void {
    this.#ready.delete(lane);
  }

  /** Takes a lane back into the turns, if it has something. */
  wakeLane(lane: Lane): void {
    if (lane.waiting > 0 && !lane.isParked) {
      this.#ready.add(lane);
    }
  }

  /** Lets go of messages that are not under way, and returns them. */
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

  /** As `dropWaiting`, of one lane. */
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

/** Stands for a message that is not loaded because nothing is sent to it. */
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

import type { LimitKey } from "./limiter/limiter.ts";
import type { Claim } from "./queue/claim.store.ts";
import type { LoadedRecipient } from "./queue/load.store.ts";
import type { CompiledCampaign } from "./render/compile.ts";
import type { SigningKey } from "./render/dkim.ts";
import type { Egress } from "./smtp/egress.ts";

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
export type Item = LoadedRecipient & { chunk: ChunkInHand };

/** What is fixed for a campaign while it is being sent. */
export type RunParts = {
  workspaceId: string;
  campaignId: number;
  launchedAt: number;
  /** Messages without a final state at the start of the run. */
  remaining: number;
  compiled: CompiledCampaign;
  /** Undefined when the route signs, or the domain has no key. */
  signingKey: SigningKey | undefined;
  pool: Egress;
};

/** One campaign being sent: its messages in hand, in order, and how it is going. */
export class Run {
  readonly parts: RunParts;
  readonly chunks = new Set<ChunkInHand>();
  readonly controller = new AbortController();
  #items: Item[] = [];
  #head = 0;
  inFlight = 0;
  /** Messages that got an outcome since the start. */
  finished = 0;
  /** The limits of its messages by provider, so that they are not put together for each. */
  readonly limitKeys = new Map<string, LimitKey[]>();
  readonly key: string;
  /** The route has taken a message since the start. */
  hasDelivered = false;

  constructor(parts: RunParts) {
    this.parts = parts;
    this.key = `${parts.workspaceId}/${parts.campaignId}`;
  }

  get waiting(): number {
    return this.#items.length - this.#head;
  }

  get isHalted(): boolean {
    return this.controller.signal.aborted;
  }

  /** Messages in hand, waiting or under way. */
  get inHand(): number {
    return this.waiting + this.inFlight;
  }

  add(items: readonly Item[]): void {
    // Cheaper than shifting a long array: the used part goes when more arrives.
    this.#items = [...this.#items.slice(this.#head), ...items];
    this.#head = 0;
  }

  /** The next message, or undefined when there is none whose lease is good for long enough. */
  peek(now: number): Item | undefined {
    const item = this.#items[this.#head];
    const isSafe = item !== undefined && item.chunk.claim.leaseUntil - LEASE_SAFETY_MS > now;
    return isSafe ? item : undefined;
  }

  /** Takes the message that `peek` showed. */
  take(): void {
    this.#head += 1;
  }

  /** Puts a message back in front, as if it had never been taken. */
  putBack(item: Item): void {
    this.#items = [item, ...this.#items.slice(this.#head)];
    this.#head = 0;
  }

  /** Lets go of the messages that are not under way, of all chunks or of one. */
  dropWaiting(chunk?: ChunkInHand): void {
    const waiting = this.#items.slice(this.#head);
    const isDropped = (item: Item) => chunk === undefined || item.chunk === chunk;
    for (const item of waiting.filter(isDropped)) {
      item.chunk.open -= 1;
    }
    this.#items = waiting.filter((item) => !isDropped(item));
    this.#head = 0;
  }
}

/** Stands for a message that is not loaded because nothing is sent to it. */
export function emptyItem(seq: number): Omit<Item, "chunk"> {
  return {
    firstTriedAt: undefined,
    ambiguousBefore: 0,
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

import type { Clock } from "../../platform/clock.ts";
import type { EgressStatus } from "./egress.ts";
import type { Wire } from "./wire.ts";

/** A handshake takes round trips, not seconds; after that the connection is not counted on. */
const SLOW_MS = 3_000;

/** A connection that is being made; its wire is there once TCP is. */
type Opening = { since: number; wire: Wire | undefined };

export type OpeningsParts = {
  clock: Clock;
  /** One has become slow. */
  onSlow: () => void;
};

/** The connections of a pool that are still in their handshake. */
export class Openings {
  readonly #parts: OpeningsParts;
  /** Oldest first. */
  readonly #all = new Set<Opening>();
  #isClosed = false;

  constructor(parts: OpeningsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Those that have taken longer than a server takes that has room. */
  get slow(): number {
    const before = this.#parts.clock() - SLOW_MS;
    let slow = 0;
    for (const { since } of this.#all) {
      if (since > before) {
        break;
      }
      slow += 1;
    }
    return slow;
  }

  /** Where the oldest stands, and since when; undefined when there is none. */
  get oldest(): EgressStatus["opening"] {
    const [oldest] = this.#all;
    if (oldest === undefined) {
      return undefined;
    }
    const { wire, since } = oldest;
    return { stage: wire === undefined || wire.isDead ? "connect" : wire.stage, since };
  }

  /** One more; `onWire` is told of its wire, `over` when it is made or has failed. */
  begin(): { startedAt: number; onWire: (wire: Wire) => void; over: () => void } {
    const opening: Opening = { since: this.#parts.clock(), wire: undefined };
    this.#all.add(opening);
    const slow = setTimeout(this.#parts.onSlow, SLOW_MS);
    slow.unref();
    return {
      startedAt: opening.since,
      onWire: (wire) => {
        opening.wire = wire;
        if (this.#isClosed) {
          wire.destroy();
        }
      },
      over: () => {
        clearTimeout(slow);
        this.#all.delete(opening);
      },
    };
  }

  /** Drops them all, and those that come: nobody waits for a tarpit. */
  close(): void {
    this.#isClosed = true;
    for (const { wire } of this.#all) {
      wire?.destroy();
    }
  }
}

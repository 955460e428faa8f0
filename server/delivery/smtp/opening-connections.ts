import type { Clock } from "../../platform/clock.ts";
import type { EgressStatus } from "./egress.ts";
import type { Wire } from "./wire.ts";

/** A handshake takes a few round trips, not seconds. After this long the connection is no longer counted as usable. */
const SLOW_MS = 3_000;

/** A connection in its handshake; `wire` is set once TCP is connected. */
type Opening = { since: number; wire: Wire | undefined };

export type OpeningConnectionsParts = {
  clock: Clock;
  /** Called when a handshake has become slow. */
  onSlow: () => void;
};

/** The connections of a pool that are still in their handshake. */
export class OpeningConnections {
  readonly #parts: OpeningConnectionsParts;
  /** Oldest first. */
  readonly #all = new Set<Opening>();
  #isClosed = false;

  constructor(parts: OpeningConnectionsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Number of handshakes that have been running longer than SLOW_MS. */
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

  /** Stage and start of the oldest handshake; undefined when there is none. */
  get oldest(): EgressStatus["opening"] {
    const [oldest] = this.#all;
    if (oldest === undefined) {
      return undefined;
    }
    const { wire, since } = oldest;
    return { stage: wire === undefined || wire.isDead ? "connect" : wire.stage, since };
  }

  /**
   * Registers a handshake. The caller calls `onWire` once TCP is connected, and `over` when the handshake has finished
   * or failed.
   */
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

  /** Drops all handshakes, including those whose TCP connection comes later: shutdown must not wait for a tarpit. */
  close(): void {
    this.#isClosed = true;
    for (const { wire } of this.#all) {
      wire?.destroy();
    }
  }
}

import { LRUCache } from "lru-cache";
import type { Reason } from "../../platform/errors.ts";

const MAX_ADDRESSES = 10_000;
const FIRST_PAUSE_MS = 2 * 60_000;
const MAX_PAUSE_MS = 60 * 60_000;
/** Longer, because each attempt to connect to a silent host takes the full connect time-out. */
const SILENT_PAUSE_MS = 15 * 60_000;
/** Pauses for a server that refused the connection, temporarily (4xx) or permanently (5xx). */
const BUSY_PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 5 * 60_000;

/** How connecting to a server failed. */
export type HostTrouble = "silent" | "unreachable" | "busy" | "refused";

/** Until when (steady ms) an address is paused, and why. */
export type AddressPause = { until: number; reason: Reason };

type Failed = { until: number; failures: number; reason: Reason };

/**
 * Remembers servers that could not be connected to, so that not every message of a campaign has to try them. Kept in
 * memory: after a restart each of them costs one more attempt.
 */
export class FailedAddresses {
  readonly #failed = new LRUCache<string, Failed>({ max: MAX_ADDRESSES });

  /** Until when the address is paused, and why; undefined when it may be tried. */
  standing(key: string, now: number): AddressPause | undefined {
    const failed = this.#failed.get(key);
    return failed !== undefined && failed.until > now ? failed : undefined;
  }

  note(key: string, trouble: HostTrouble, reason: Reason, now: number): AddressPause {
    const failures = (this.#failed.get(key)?.failures ?? 0) + 1;
    const failed = { until: now + pauseOf(trouble, failures), failures, reason };
    this.#failed.set(key, failed);
    return failed;
  }

  worked(key: string): void {
    this.#failed.delete(key);
  }
}

function pauseOf(trouble: HostTrouble, failures: number): number {
  switch (trouble) {
    case "busy":
      return BUSY_PAUSE_MS;
    case "refused":
      return REFUSED_PAUSE_MS;
    case "silent":
      return Math.min(MAX_PAUSE_MS, SILENT_PAUSE_MS * 2 ** Math.min(failures - 1, 4));
    case "unreachable":
      return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 8));
  }
}

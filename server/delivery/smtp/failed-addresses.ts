import { LRUCache } from "lru-cache";

const MAX_ADDRESSES = 10_000;
const FIRST_PAUSE_MS = 2 * 60_000;
const MAX_PAUSE_MS = 60 * 60_000;
/** A host that does not answer at all costs a connection its whole time-out. */
const SILENT_PAUSE_MS = 15 * 60_000;
/** How long a server that turned us away at its door is left alone: for now, for good. */
const BUSY_PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 5 * 60_000;

/** How a server could not be used. */
export type HostTrouble = "silent" | "unreachable" | "busy" | "refused";

/** Until when (unix ms) an address is left alone, and why. */
export type Standing = { until: number; reason: string };

type Failed = { until: number; failures: number; reason: string };

/**
 * Servers that could not be connected to, so that not every message of a campaign finds out again. In memory: after
 * a restart each costs one try.
 */
export class FailedAddresses {
  readonly #failed = new LRUCache<string, Failed>({ max: MAX_ADDRESSES });

  /** Until when to leave the address alone, and why; undefined when it may be tried. */
  standing(key: string, now: number): Standing | undefined {
    const failed = this.#failed.get(key);
    return failed !== undefined && failed.until > now ? failed : undefined;
  }

  note(key: string, trouble: HostTrouble, reason: string, now: number): Standing {
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

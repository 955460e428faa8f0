const MINUTE_MS = 60_000;
/** Rounds of tries in a row that failed, before a site counts as dead. */
const COHORTS = 3;
/** Silence says at once what refusals say only by repeating themselves. */
const SILENT_PAUSE_MS = 15 * MINUTE_MS;
/** Sites remembered; the oldest are forgotten first. */
const MAX_SITES = 10_000;

type Remembered = { cohorts: number; countedAt: number; pauses: number };

/** Shortest and longest time to leave a site alone. */
export type SitePauses = { firstMs: number; longestMs: number };

/** Of sites to which no connection can be opened. */
export const unreachablePauses: SitePauses = { firstMs: 2 * MINUTE_MS, longestMs: 60 * MINUTE_MS };
/** Of sites that refuse us by name: somebody has to take us off a list there, which takes longer. */
export const refusalPauses: SitePauses = { firstMs: 15 * MINUTE_MS, longestMs: 4 * 60 * MINUTE_MS };

/**
 * Finds out that a site is of no use at all, and says for how long to leave it alone: longer each time, with one
 * try in between. What counts as failing is the caller's to say; each of its matters has a book of its own.
 * Knows no clock.
 */
export class DeadSites {
  readonly #pauses: SitePauses;
  #sites = new Map<string, Remembered>();

  constructor(pauses: SitePauses = unreachablePauses) {
    this.#pauses = pauses;
  }

  /**
   * The site has failed again.
   *
   * @param startedAt When the try began: those that were under way together fail together, and count once.
   * @returns for how many ms to leave the site alone; undefined = go on.
   */
  failed(site: string, startedAt: number, now: number, wasSilent: boolean): number | undefined {
    const memory = this.#sites.get(site) ?? { cohorts: 0, countedAt: 0, pauses: 0 };
    if (startedAt < memory.countedAt) {
      return undefined;
    }
    this.#sites.delete(site);
    this.#sites.set(site, memory);
    this.#forgetOldest();
    memory.cohorts += 1;
    memory.countedAt = now;
    if (memory.cohorts < COHORTS && !wasSilent) {
      return undefined;
    }
    // From here on each try is a probe, and the next failure makes the pause longer.
    memory.cohorts = COHORTS;
    const { firstMs, longestMs } = this.#pauses;
    const pause = firstMs * 2 ** Math.min(memory.pauses, 10);
    memory.pauses += 1;
    return Math.min(longestMs, Math.max(pause, wasSilent ? SILENT_PAUSE_MS : 0));
  }

  /** The site works. */
  answered(site: string): void {
    if (this.#sites.size > 0) {
      this.#sites.delete(site);
    }
  }

  #forgetOldest(): void {
    const oldest = this.#sites.size > MAX_SITES ? this.#sites.keys().next().value : undefined;
    if (oldest !== undefined) {
      this.#sites.delete(oldest);
    }
  }
}

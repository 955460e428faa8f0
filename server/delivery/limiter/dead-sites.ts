const MINUTE_MS = 60_000;
/** Consecutive rounds of failed attempts after which a site counts as dead. */
const COHORTS = 3;
/** Minimum pause after a time-out. One time-out is enough to pause; refusals must repeat `COHORTS` times. */
const SILENT_PAUSE_MS = 15 * MINUTE_MS;
/** Maximum number of sites remembered; the least recently failed are dropped first. */
const MAX_SITES = 10_000;

type Remembered = { cohorts: number; countedAt: number; pauses: number };

/** The shortest and the longest pause for a site. */
export type SitePauses = { firstMs: number; longestMs: number };

/** For sites to which no connection can be opened. */
export const unreachablePauses: SitePauses = { firstMs: 2 * MINUTE_MS, longestMs: 60 * MINUTE_MS };
/** For sites that reject our address or domain, e.g. by a blocklist. Longer, because delisting takes a person. */
export const refusalPauses: SitePauses = { firstMs: 15 * MINUTE_MS, longestMs: 4 * 60 * MINUTE_MS };

/**
 * Detects sites to which no mail can be delivered, and returns how long to pause them. The pause doubles with each
 * failed probe. The caller decides what counts as a failure and keeps one instance per kind of failure. The caller
 * passes the time into every call.
 */
export class DeadSites {
  readonly #pauses: SitePauses;
  #sites = new Map<string, Remembered>();

  constructor(pauses: SitePauses = unreachablePauses) {
    this.#pauses = pauses;
  }

  /**
   * Records a failed attempt.
   *
   * @param startedAt When the attempt began. Attempts that were in flight at the same time count as one failure.
   * @returns how many ms to pause the site; undefined = do not pause it.
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
    // The site is dead now, so every later try is a probe and every failed probe extends the pause.
    memory.cohorts = COHORTS;
    const { firstMs, longestMs } = this.#pauses;
    const pause = firstMs * 2 ** Math.min(memory.pauses, 10);
    memory.pauses += 1;
    return Math.min(longestMs, Math.max(pause, wasSilent ? SILENT_PAUSE_MS : 0));
  }

  /** Records a success and clears the site's failures. */
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

const MINUTE_MS = 60_000;
/** Rounds of tries in a row that reached none of a site's hosts, before it counts as dead. */
const COHORTS = 3;
const FIRST_PAUSE_MS = 2 * MINUTE_MS;
const LONGEST_PAUSE_MS = 60 * MINUTE_MS;
/** Silence says at once what refusals say only by repeating themselves. */
const SILENT_PAUSE_MS = 15 * MINUTE_MS;
/** Sites remembered; the oldest are forgotten first. */
const MAX_SITES = 10_000;

type Remembered = { cohorts: number; countedAt: number; pauses: number };

/**
 * Finds out that a site cannot be reached at all, and says for how long to leave it alone: longer each
 * time, with one try in between. Only failed connections count: a site that answers is not dead,
 * whatever it says. Knows no clock.
 */
export class DeadSites {
  #sites = new Map<string, Remembered>();

  /**
   * A connection could not be opened to any host of the site.
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
    const pause = FIRST_PAUSE_MS * 2 ** Math.min(memory.pauses, 10);
    memory.pauses += 1;
    return Math.min(LONGEST_PAUSE_MS, Math.max(pause, wasSilent ? SILENT_PAUSE_MS : 0));
  }

  /** The site has answered. */
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

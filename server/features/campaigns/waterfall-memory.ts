import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AudienceDefinition, Waterfall } from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";

type Count = (workspaceId: string, audience: AudienceDefinition) => Promise<Waterfall>;

/** How long the count of an audience is reused. A launch always counts again. */
const COUNT_KEPT_MS = 60_000;
const AUDIENCES = 1_000;

/**
 * Caches audience counts, so that a page that saves while its author types does not cause a full count for every
 * change. Simultaneous requests for the same count share one.
 */
export class WaterfallMemory {
  readonly #counts: LRUCache<string, { at: number; waterfall: Promise<Waterfall> }>;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#counts = new LRUCache({ max: AUDIENCES });
  }

  /**
   * Returns the cached count or counts again.
   *
   * @param asked `stamp`: `audienceStamp` of the workspace; a different one invalidates the cache. `anew`: always
   * count.
   */
  async count(
    count: Count,
    asked: { workspaceId: string; audience: AudienceDefinition; stamp: string; anew: boolean },
  ): Promise<Waterfall> {
    const { workspaceId, audience, stamp, anew } = asked;
    const key = createHash("sha256")
      .update(JSON.stringify([workspaceId, stamp, audience]))
      .digest("base64");
    const now = this.#clock();
    const known = this.#counts.get(key);
    if (!anew && known !== undefined && now >= known.at && now < known.at + COUNT_KEPT_MS) {
      return await known.waterfall;
    }
    const waterfall = count(workspaceId, audience);
    this.#counts.set(key, { at: now, waterfall });
    try {
      return await waterfall;
    } catch (error) {
      if (this.#counts.get(key)?.waterfall === waterfall) {
        this.#counts.delete(key);
      }
      throw error;
    }
  }
}

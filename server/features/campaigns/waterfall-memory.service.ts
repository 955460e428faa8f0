import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AudienceDefinition, Waterfall } from "../../delivery/index.ts";
import type { Clock } from "../../platform/clock.ts";

type Count = (workspaceId: string, audience: AudienceDefinition) => Promise<Waterfall>;

/** How long a count of an audience is shown again. A launch counts anew, whatever is remembered. */
const COUNT_KEPT_MS = 60_000;
const AUDIENCES = 1_000;

/**
 * Remembers who was counted, so that a page which saves itself as one types does not have a whole audience counted
 * for every change of a word. Whoever asks for the same while it is counted gets the same count.
 */
export class WaterfallMemory {
  readonly #counts: LRUCache<string, { at: number; waterfall: Promise<Waterfall> }>;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#counts = new LRUCache({ max: AUDIENCES });
  }

  /**
   * The count, as remembered or made now.
   *
   * @param asked `stamp`: `audienceStamp` of the workspace; with another one nothing is remembered. `anew` counts
   *   in any case.
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

import type { Clock } from "../../platform/clock.ts";

const AGAIN_MS = 30_000;

/** Audiences that are being frozen: each campaign once at a time, and not at once again after a failure. */
export class Freezing {
  readonly #underWay = new Map<string, Promise<number | undefined>>();
  /** Until when (steady) one that failed is not started again by itself. */
  readonly #againAt = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The freeze that is under way, or the one that `freeze` begins. */
  once(
    workspaceId: string,
    campaignId: number,
    freeze: () => Promise<number | undefined>,
  ): Promise<number | undefined> {
    const key = keyOf(workspaceId, campaignId);
    let freezing = this.#underWay.get(key);
    if (freezing === undefined) {
      freezing = this.#run(key, freeze);
      this.#underWay.set(key, freezing);
    }
    return freezing;
  }

  /** True when it is neither under way nor failed a moment ago. */
  mayBegin(workspaceId: string, campaignId: number): boolean {
    const key = keyOf(workspaceId, campaignId);
    return !this.#underWay.has(key) && (this.#againAt.get(key) ?? 0) <= this.#clock();
  }

  /** Resolves when what is under way has ended, however. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #run(key: string, freeze: () => Promise<number | undefined>) {
    // Not before it is listed.
    await Promise.resolve();
    try {
      return await freeze();
    } catch (error) {
      this.#againAt.set(key, this.#clock() + AGAIN_MS);
      throw error;
    } finally {
      this.#underWay.delete(key);
    }
  }
}

const keyOf = (workspaceId: string, campaignId: number) => `${workspaceId}/${campaignId}`;

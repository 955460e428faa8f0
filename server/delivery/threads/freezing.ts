import type { Clock } from "../../platform/clock.ts";

const AGAIN_MS = 30_000;

/** Freezes of audiences in progress: one per campaign at a time, with a pause after a failure. */
export class Freezing {
  readonly #underWay = new Map<string, Promise<number | undefined>>();
  /** Until when (steady ms) a failed freeze is not restarted automatically. */
  readonly #againAt = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the freeze in progress, or starts one with `freeze`. */
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

  /** True when no freeze is in progress and the pause after a failure is over. */
  mayBegin(workspaceId: string, campaignId: number): boolean {
    const key = keyOf(workspaceId, campaignId);
    return !this.#underWay.has(key) && (this.#againAt.get(key) ?? 0) <= this.#clock();
  }

  /** Resolves when all freezes in progress have ended, successfully or not. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #run(key: string, freeze: () => Promise<number | undefined>) {
    // Yield once, so that the freeze is registered before it can finish.
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

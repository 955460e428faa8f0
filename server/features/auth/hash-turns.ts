import { AppError, because } from "../../platform/errors.ts";

/** How many hashes run at once. Each takes a core and 19 MB for tens of milliseconds. */
const AT_ONCE = 4;
/** How many strangers may wait for their turn. A longer queue would only delay everyone else. */
const MAX_WAITING = 40;

/**
 * Limits concurrent password hashing, so that a flood of attempts harms neither the machine nor people who sign in.
 */
export class HashTurns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Runs `work` when it is its turn. Known browsers have precedence over strangers.
   *
   * @throws AppError `unavailable` when too many are waiting.
   */
  async run<T>(work: () => Promise<T>, isKnown: boolean): Promise<T> {
    if (this.#running >= AT_ONCE) {
      await this.#turn(isKnown);
    }
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #turn(isKnown: boolean): Promise<void> {
    if (!isKnown && this.#waiting.length >= MAX_WAITING) {
      throw new AppError("unavailable", because("sign_in_busy"), { retryAfterSeconds: 5 });
    }
    return new Promise((resolve) => {
      if (isKnown) {
        this.#waiting.unshift(resolve);
      } else {
        this.#waiting.push(resolve);
      }
    });
  }
}

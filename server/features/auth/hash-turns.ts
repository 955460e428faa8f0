import { AppError } from "../../platform/errors.ts";

/** Hashes at once: each takes a core and 19 MB for tens of milliseconds. */
const AT_ONCE = 4;
/** Strangers who may wait for their turn; more than these would only keep the others out for longer. */
const MAX_WAITING = 40;

/** Turns at comparing passwords, so that a flood of tries costs neither the machine nor those who sign in. */
export class HashTurns {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Runs the work when it is its turn. Who is known goes before strangers.
   *
   * @throws AppError `unavailable` when too many wait already.
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
      throw new AppError("unavailable", "Too many people are signing in right now. Try again.", {
        retryAfterSeconds: 5,
      });
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

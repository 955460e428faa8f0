/** A ceiling learned from a refused connection is lifted by one connection this often. */
const CEILING_STEP_MS = 60_000;

/**
 * - not_opened: no connection, or none that got as far as MAIL.
 * - turned_away: the server ended it (421, or without a word) before it had answered for any message.
 */
export type ConnectionFailure = "not_opened" | "turned_away";

/** How long to open nothing after the nth failure in a row. */
export type PauseAfter = (failures: number, how: ConnectionFailure) => number;

/** What failed connections to one destination have taught: whether, when and how many more may be opened. Knows no clock. */
export class ConnectionHealth {
  readonly #pauseAfter: PauseAfter;
  #failures = 0;
  #isProven = false;
  #backoffUntil = 0;
  #lastError = "";
  #ceiling = Number.POSITIVE_INFINITY;
  #ceilingAt = 0;

  constructor(pauseAfter: PauseAfter) {
    this.#pauseAfter = pauseAfter;
  }

  /** False until a connection has worked: then one is opened alone, to find out. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** Before this nothing is opened. */
  get backoffUntil(): number {
    return this.#backoffUntil;
  }

  /** Why the last connection failed; empty when all is well. */
  get lastError(): string {
    return this.#lastError;
  }

  /** Connections that the server bears, as far as is known; Infinity when it never refused one beside others. */
  ceiling(now: number): number {
    return this.#ceiling + Math.floor((now - this.#ceilingAt) / CEILING_STEP_MS);
  }

  /** A connection is past its handshake, as the `ready`th. */
  opened(ready: number): void {
    this.#ceiling = Math.max(this.#ceiling, ready);
    // After a failure a greeting is not believed: the server may hang up at MAIL, as it did before.
    this.#isProven ||= this.#failures === 0;
  }

  /** The server has answered for a message. */
  worked(): void {
    this.#isProven = true;
    this.#failures = 0;
    this.#lastError = "";
  }

  /** There is no connection left: much may have happened there before the next one. */
  emptied(): void {
    this.#isProven = false;
  }

  /**
   * A connection failed while `live` others were well. Nothing is opened for a while, and then no more than those.
   *
   * @param startedAt When it was begun: those that were tried together fail together, and count once.
   * @returns false when it was counted before.
   */
  failed(
    how: ConnectionFailure,
    live: number,
    error: string,
    at: { now: number; startedAt: number },
  ): boolean {
    this.#lastError = error;
    if (at.startedAt < this.#backoffUntil) {
      return false;
    }
    this.#failures += 1;
    this.#backoffUntil = at.now + this.#pauseAfter(this.#failures, how);
    if (live > 0) {
      this.#ceiling = live;
      this.#ceilingAt = at.now;
    } else {
      this.#isProven = false;
    }
    return true;
  }
}

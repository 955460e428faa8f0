/** After a refused connection has set a ceiling, it rises by one connection per this interval. */
const CEILING_STEP_MS = 60_000;

/**
 * - not_opened: the connection or its handshake failed.
 * - turned_away: the server ended a new connection (by 421 or without a reply) before answering for any message.
 */
export type ConnectionFailure = "not_opened" | "turned_away";

/** The pause after the nth failure in a row, in ms. */
export type PauseAfter = (failures: number, how: ConnectionFailure) => number;

/**
 * Decides from earlier failures whether, when and how many more connections to a destination may be opened. The caller
 * passes the time into every call.
 */
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

  /** False until a connection has worked. Until then only one connection is opened at a time. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** No connection is opened before this time (ms). */
  get backoffUntil(): number {
    return this.#backoffUntil;
  }

  /** Why the last connection failed; empty when there is no problem. */
  get lastError(): string {
    return this.#lastError;
  }

  /**
   * How many connections the server accepts, as far as we know; Infinity until it refuses one while others are open.
   */
  ceiling(now: number): number {
    return this.#ceiling + Math.floor((now - this.#ceilingAt) / CEILING_STEP_MS);
  }

  /** A connection has finished its handshake; `ready` is the number of ready connections, including this one. */
  opened(ready: number): void {
    this.#ceiling = Math.max(this.#ceiling, ready);
    // After a failure the greeting alone proves nothing: the server may close the connection at MAIL again.
    this.#isProven ||= this.#failures === 0;
  }

  /** The server has replied to a message. */
  worked(): void {
    this.#isProven = true;
    this.#failures = 0;
    this.#lastError = "";
  }

  /** The last connection was closed. The server's state may change before the next one, so that one starts unproven. */
  emptied(): void {
    this.#isProven = false;
  }

  /**
   * Records a failed connection while `live` others were working. Starts a pause, and then allows no more than those
   * `live` connections.
   *
   * @param startedAt When the connection was started. Connections that fail at the same time count as one failure.
   * @returns false when this failure belongs to one that is already counted.
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

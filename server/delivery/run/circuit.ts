/** Connections in a row that could not be opened, before a route counts as out of order. */
const FAILURES_TO_OPEN = 3;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** A probe that nobody heard of again; then another message may be one. */
const PROBE_LOST_MS = 5 * 60_000;

export type CircuitState = "closed" | "open" | "half_open";

/**
 * Whether a route works: closed = as far as is known; open = out of order, nothing goes that way;
 * half-open = the pause is over, and one message finds out. Pauses double while it stays out of order.
 */
export class Circuit {
  #failures = 0;
  #pauses = 0;
  /** Unix ms; 0 while closed. */
  #openUntil = 0;
  #probeSince = Number.NEGATIVE_INFINITY;
  #reason = "";

  state(now: number): CircuitState {
    if (this.#openUntil === 0) {
      return "closed";
    }
    return now < this.#openUntil ? "open" : "half_open";
  }

  /** Unix ms of the next try; undefined while closed. */
  get retryAt(): number | undefined {
    return this.#openUntil === 0 ? undefined : this.#openUntil;
  }

  /** Why it is out of order; empty while it works. */
  get reason(): string {
    return this.#reason;
  }

  /** True while nobody tries a route that is half-open. */
  wantsProbe(now: number): boolean {
    return this.state(now) === "half_open" && now - this.#probeSince > PROBE_LOST_MS;
  }

  /** One message goes and finds out. */
  beginProbe(now: number): void {
    this.#probeSince = now;
  }

  /** The probe was taken back: another one may go. */
  endProbe(): void {
    this.#probeSince = Number.NEGATIVE_INFINITY;
  }

  /** @returns true when the route did not work before. */
  succeeded(): boolean {
    const wasOpen = this.#openUntil !== 0;
    this.#failures = 0;
    this.#pauses = 0;
    this.#openUntil = 0;
    this.#reason = "";
    this.endProbe();
    return wasOpen;
  }

  /** The route is of no use until then, as it says itself. */
  trip(untilMs: number, reason: string): void {
    this.#openUntil = Math.max(this.#openUntil, untilMs);
    this.#reason = reason;
    this.endProbe();
  }

  /**
   * The route let a message down.
   *
   * @param isFault It said that it will not work as it is set up: no second try is needed to believe it.
   * @returns true when it is out of order from now on, or for longer.
   */
  failed(now: number, reason: string, isFault: boolean): boolean {
    const state = this.state(now);
    this.#failures += 1;
    if (state === "open" || (state === "closed" && !isFault && this.#failures < FAILURES_TO_OPEN)) {
      return false;
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#pauses, 10));
    this.#pauses += 1;
    this.#openUntil = now + pause;
    this.#reason = reason;
    this.endProbe();
    return true;
  }
}

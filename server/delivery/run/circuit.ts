/** Consecutive connection failures after which a route counts as broken. */
const FAILURES_TO_OPEN = 3;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** How long to wait for the result of a probe before another message may be sent as one. */
const PROBE_LOST_MS = 5 * 60_000;

export type CircuitState = "closed" | "open" | "half_open";

/**
 * Circuit breaker of a route. closed: the route works, as far as we know. open: it is broken and no messages are sent
 * through it. half_open: the pause is over and a single message probes it. The pause doubles while the route stays
 * broken.
 */
export class Circuit {
  #failures = 0;
  #pauses = 0;
  /** Steady ms; 0 while closed. */
  #openUntil = 0;
  #probeSince = Number.NEGATIVE_INFINITY;
  #reason = "";

  state(now: number): CircuitState {
    if (this.#openUntil === 0) {
      return "closed";
    }
    return now < this.#openUntil ? "open" : "half_open";
  }

  /** Steady ms of the next probe; undefined while closed. */
  get retryAt(): number | undefined {
    return this.#openUntil === 0 ? undefined : this.#openUntil;
  }

  /** Why the route is broken; empty while it works. */
  get reason(): string {
    return this.#reason;
  }

  /** True when the route is half-open and no probe is in flight. */
  wantsProbe(now: number): boolean {
    return this.state(now) === "half_open" && now - this.#probeSince > PROBE_LOST_MS;
  }

  /** A message is now in flight as the probe. */
  beginProbe(now: number): void {
    this.#probeSince = now;
  }

  /** The probe was cancelled, so another message may be sent as one. */
  endProbe(): void {
    this.#probeSince = Number.NEGATIVE_INFINITY;
  }

  /** @returns true when the circuit was open or half-open before. */
  succeeded(): boolean {
    const wasOpen = this.#openUntil !== 0;
    this.#failures = 0;
    this.#pauses = 0;
    this.#openUntil = 0;
    this.#reason = "";
    this.endProbe();
    return wasOpen;
  }

  /** The route has announced that it accepts nothing until then. */
  trip(untilMs: number, reason: string): void {
    this.#openUntil = Math.max(this.#openUntil, untilMs);
    this.#reason = reason;
    this.endProbe();
  }

  /**
   * Records a failure of the route.
   *
   * @param isFault The failure shows that the route's setup is wrong, so the circuit opens at the first one.
   * @returns true when this opens the circuit, or extends its pause.
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

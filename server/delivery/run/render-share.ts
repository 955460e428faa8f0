/** What a message may take to fill in, on average, without being noticed: most take one. */
const HEAVY_MS = 15;
const NEWEST_WEIGHT = 0.25;
/** After a heavy message, others have the thread for so many times as long; alone, its sockets have. */
const REST_BESIDE_OTHERS = 4;
const REST_ALONE = 0.5;

/**
 * Keeps templates that take long to fill in from holding up other campaigns: together they get a fifth of the
 * delivery thread's time. Who is heavy waits before it is given a message, so that it holds no connection.
 */
export class RenderShare<R extends object> {
  readonly #now: () => number;
  readonly #averageMs = new WeakMap<R, number>();
  #closedUntil = 0;

  /** @param now Milliseconds of a clock that never steps back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A message of the campaign was filled in. */
  rendered(run: R, ms: number, hasOthers: boolean): void {
    const before = this.#averageMs.get(run) ?? 0;
    this.#averageMs.set(run, before + (ms - before) * NEWEST_WEIGHT);
    if (this.isHeavy(run)) {
      this.#closedUntil = this.#now() + ms * (hasOthers ? REST_BESIDE_OTHERS : REST_ALONE);
    }
  }

  isHeavy(run: R): boolean {
    return (this.#averageMs.get(run) ?? 0) > HEAVY_MS;
  }

  /** How long the campaign must wait before its next message, in ms, and why; undefined when it need not. */
  waitOf(run: R): { ms: number; reason: string } | undefined {
    const ms = this.#closedUntil - this.#now();
    if (ms <= 0 || !this.isHeavy(run)) {
      return undefined;
    }
    const each = Math.round(this.#averageMs.get(run) ?? 0);
    const reason = `Filling in its template takes ${each} ms for each message. It is sent more slowly, so that it holds up no other campaign.`;
    return { ms, reason };
  }
}

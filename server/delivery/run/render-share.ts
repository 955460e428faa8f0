import { storedBecause } from "../../reasons/because.ts";

/** Average rendering time in ms above which a campaign counts as heavy. Most messages take 1 ms. */
const HEAVY_MS = 15;
const NEWEST_WEIGHT = 0.25;
/**
 * Pause after a heavy message, as a multiple of its rendering time. It leaves the thread to other campaigns or, when
 * there are none, to its own sockets.
 */
const REST_BESIDE_OTHERS = 4;
const REST_ALONE = 0.5;

/**
 * Keeps slow templates from delaying other campaigns: together, heavy campaigns get at most a fifth of the delivery
 * thread's time. They wait before a message is started, so that no connection is held in the meantime.
 */
export class RenderShare<R extends object> {
  readonly #now: () => number;
  readonly #averageMs = new WeakMap<R, number>();
  #closedUntil = 0;

  /** @param now A monotonic clock in ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Records that a message of the campaign was rendered in `ms`. */
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

  /** How long (ms) the campaign must wait before its next message, and why; undefined when it need not wait. */
  waitOf(run: R): { ms: number; reason: string } | undefined {
    const ms = this.#closedUntil - this.#now();
    if (ms <= 0 || !this.isHeavy(run)) {
      return undefined;
    }
    const each = Math.round(this.#averageMs.get(run) ?? 0);
    return { ms, reason: storedBecause("template_slow", { ms: each }) };
  }
}

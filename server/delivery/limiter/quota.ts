const HOUR_MS = 3_600_000;

export const periods = ["hour", "day", "month"] as const;
/** Any hour, any 24 hours, any 30 days: windows that move, not those of a calendar. */
export type Period = (typeof periods)[number];

/** A window is counted in buckets; it forgets whole ones, so it may hold back for one bucket too long. */
const shapes: Record<Period, { windowMs: number; bucketMs: number }> = {
  hour: { windowMs: HOUR_MS, bucketMs: 60_000 },
  day: { windowMs: 24 * HOUR_MS, bucketMs: 15 * 60_000 },
  month: { windowMs: 30 * 24 * HOUR_MS, bucketMs: 12 * HOUR_MS },
};

/** How much was used when: pairs of bucket number and count, oldest first. Can be kept as JSON. */
export type Usage = [bucket: number, n: number][];

/** How full the quotas of a key are. Can be kept as JSON. */
export type QuotaUsage = Partial<Record<Period, Usage>>;

/** The same usage, counted by a clock that is `byMs` ahead of the one it was counted by. */
export function shiftUsage(
  usage: ReadonlyMap<string, QuotaUsage>,
  byMs: number,
): Map<string, QuotaUsage> {
  const shifted = new Map<string, QuotaUsage>();
  for (const [name, quotas] of usage) {
    const own: QuotaUsage = {};
    for (const period of periods) {
      const buckets = Math.round(byMs / shapes[period].bucketMs);
      const counted = quotas[period]?.map(([bucket, n]): Usage[number] => [bucket + buckets, n]);
      if (counted !== undefined) {
        own[period] = counted;
      }
    }
    shifted.set(name, own);
  }
  return shifted;
}

/**
 * Counts messages over a moving window, so that in no window of that length there are ever more than
 * admitted. Knows no clock.
 */
export class QuotaWindow {
  readonly period: Period;
  #buckets: Usage;
  #used: number;

  constructor(period: Period, usage: Usage = []) {
    this.period = period;
    this.#buckets = usage.map(([bucket, n]) => [bucket, n]);
    this.#used = usage.reduce((sum, [, n]) => sum + n, 0);
  }

  /** Messages in the window that ends now. */
  used(now: number): number {
    const { windowMs, bucketMs } = shapes[this.period];
    const firstKept = Math.floor((now - windowMs) / bucketMs);
    while (this.#buckets[0] !== undefined && this.#buckets[0][0] < firstKept) {
      this.#used -= this.#buckets.shift()?.[1] ?? 0;
    }
    return this.#used;
  }

  take(now: number): void {
    const { bucketMs } = shapes[this.period];
    const newest = this.#buckets.at(-1);
    // A clock that has stepped back goes on counting where it was: late, never lost.
    const bucket = Math.max(Math.floor(now / bucketMs), newest?.[0] ?? 0);
    if (newest !== undefined && newest[0] === bucket) {
      newest[1] += 1;
    } else {
      this.#buckets.push([bucket, 1]);
    }
    this.#used += 1;
  }

  /** Gives back one that was taken and not used. */
  putBack(): void {
    const newest = this.#buckets.at(-1);
    if (newest === undefined) {
      return;
    }
    newest[1] -= 1;
    this.#used -= 1;
    if (newest[1] === 0) {
      this.#buckets.pop();
    }
  }

  /** When one more fits under `max`: `now` or earlier when it fits already. */
  fitsAt(now: number, max: number): number {
    let over = this.used(now) - max + 1;
    const { windowMs, bucketMs } = shapes[this.period];
    for (const [bucket, n] of this.#buckets) {
      if (over <= 0) {
        return now;
      }
      over -= n;
      if (over <= 0) {
        return (bucket + 1) * bucketMs + windowMs;
      }
    }
    return over <= 0 ? now : now + windowMs;
  }

  get usage(): Usage {
    return this.#buckets.map(([bucket, n]) => [bucket, n]);
  }
}

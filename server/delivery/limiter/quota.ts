import { DAY_MS } from "../../platform/time.rules.ts";

const HOUR_MS = 3_600_000;

export const periods = ["hour", "day", "month"] as const;
/** Any 60 minutes, any 24 hours, any 30 days: moving windows, not calendar periods. */
export type Period = (typeof periods)[number];

/**
 * Usage is counted in buckets and expires one whole bucket at a time, so a quota may block for up to one bucket too
 * long.
 */
const shapes: Record<Period, { windowMs: number; bucketMs: number }> = {
  hour: { windowMs: HOUR_MS, bucketMs: 60_000 },
  day: { windowMs: DAY_MS, bucketMs: 15 * 60_000 },
  month: { windowMs: 30 * DAY_MS, bucketMs: 12 * HOUR_MS },
};

/** Usage over time: pairs of bucket number and count, oldest first. JSON-safe. */
export type Usage = [bucket: number, n: number][];

/** Usage of each quota of a key. JSON-safe. */
export type QuotaUsage = Partial<Record<Period, Usage>>;

/** Moves usage by `byMs`, to convert between two clocks that differ by that much. */
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
 * Counts messages over a moving window, so that no window of that length contains more than the quota. The caller
 * passes the time into every call.
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
    // After the clock has been set back, keep counting in the newest bucket: it expires late, but nothing is lost.
    const bucket = Math.max(Math.floor(now / bucketMs), newest?.[0] ?? 0);
    if (newest !== undefined && newest[0] === bucket) {
      newest[1] += 1;
    } else {
      this.#buckets.push([bucket, 1]);
    }
    this.#used += 1;
  }

  /** Returns one message that was taken but not sent. */
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

  /** When one more message fits under `max`; a time at or before `now` means at once. */
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

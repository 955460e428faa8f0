import { DAY_MS } from "../../platform/time.rules.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MAX_POINTS = 500;

export const bucketSizes = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;
export type BucketName = keyof typeof bucketSizes;

/** The smallest bucket that shows a period in at most 500 points; a day at most. */
export function bucketFor(spanMs: number): number {
  return [MINUTE_MS, HOUR_MS].find((size) => spanMs / size < MAX_POINTS) ?? DAY_MS;
}

/** A single complaint does not show a pattern. */
const MIN_COMPLAINTS = 2;

/** A warning about a campaign's complaints when they reach the workspace's threshold; 0 disables it. */
export function complaintWarningOf(complaints: number, sent: number, limitPercent: number) {
  const isWarned =
    limitPercent > 0 &&
    complaints >= MIN_COMPLAINTS &&
    sent > 0 &&
    (complaints / sent) * 100 >= limitPercent;
  return isWarned ? { complaints, sent, limitPercent } : null;
}

type Series = { at: number; n: number }[];

/** Aligns series of the same bucket size. A bucket missing in one of them counts as 0. */
export function mergeSeries<K extends string>(
  series: Record<K, Series>,
): ({ at: number } & Record<K, number>)[] {
  const names = Object.keys(series) as K[];
  const zero = Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  const byTime = new Map<number, { at: number } & Record<K, number>>();
  for (const name of names) {
    for (const { at, n } of series[name]) {
      const point = byTime.get(at) ?? { at, ...zero };
      byTime.set(at, { ...point, [name]: n });
    }
  }
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}

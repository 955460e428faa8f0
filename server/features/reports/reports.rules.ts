import { DAY_MS } from "../../platform/time.rules.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MAX_POINTS = 500;

export const bucketSizes = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;
export type BucketName = keyof typeof bucketSizes;

/** The finest bucket that shows a span in at most 500 points; a day is the coarsest. */
export function bucketFor(spanMs: number): number {
  return [MINUTE_MS, HOUR_MS].find((size) => spanMs / size < MAX_POINTS) ?? DAY_MS;
}

/** One complaint is one person. */
const MIN_COMPLAINTS = 2;

/** What to say about a campaign's complaints, once they are as many as the workspace wants to hear of; 0 = never. */
export function complaintWarningOf(complaints: number, sent: number, limitPercent: number) {
  const isWarned =
    limitPercent > 0 &&
    complaints >= MIN_COMPLAINTS &&
    sent > 0 &&
    (complaints / sent) * 100 >= limitPercent;
  return isWarned ? { complaints, sent, limitPercent } : null;
}

type Series = { at: number; n: number }[];

/** Lines up series of the same bucket size; a bucket that one of them lacks counts 0 there. */
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

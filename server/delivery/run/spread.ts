import type { Run } from "./run.ts";

const MINUTE_MS = 60_000;
/** A campaign that is behind may catch up at this multiple of its even rate, but no faster. */
const CATCH_UP = 2;

/**
 * The rate of a campaign that is spread over a time: remaining messages over remaining time, in messages a second.
 * After a long pause it is limited to twice the even rate, so that the rest is not sent all at once.
 *
 * @returns undefined when the campaign is not spread.
 */
export function campaignRate({ parts, finished }: Run, now: number): number | undefined {
  const { spreadMinutes, launchedAt, total, remaining } = parts;
  if (spreadMinutes === undefined || spreadMinutes <= 0) {
    return undefined;
  }
  const spreadMs = spreadMinutes * MINUTE_MS;
  const even = total / spreadMs;
  const left = Math.max(1, remaining - finished);
  const leftMs = Math.max(1, launchedAt + spreadMs - now);
  return Math.max(Math.min(left / leftMs, even * CATCH_UP) * 1_000, Number.EPSILON);
}

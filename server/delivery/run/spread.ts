import type { Run } from "./run.ts";

const MINUTE_MS = 60_000;
/** A campaign that is behind may catch up at this many times its even pace, and no faster. */
const CATCH_UP = 2;

/**
 * Messages a second of a campaign that is to be spread over a time: what remains over the time that
 * remains. After a pause that ate up the time it is twice the even pace: a pause is no reason for a flood.
 *
 * @returns undefined when it may go as fast as everything else admits.
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

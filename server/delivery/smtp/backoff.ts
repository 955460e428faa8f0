const BASE_MS = 1_000;
const MAX_MS = 60_000;

/**
 * How long to wait after the nth failure in a row: twice as long each time, up to a minute, and never the same for
 * two who failed together.
 *
 * @param random 0 ≤ x < 1.
 */
export function backoffMs(failures: number, random: () => number, baseMs = BASE_MS): number {
  const pause = Math.min(MAX_MS, baseMs * 2 ** Math.min(failures - 1, 10));
  return pause * (0.8 + 0.4 * random());
}

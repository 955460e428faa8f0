const FIRST_MS = 5_000;
const LONGEST_MS = 3_600_000;

/**
 * The delay before the next attempt: 5 s, 10 s, 20 s … up to an hour, each ± 20 % so that jobs that failed together are
 * not retried together.
 *
 * @param attempt The attempt that has just failed, starting at 1.
 * @param random In [0, 1).
 */
export function retryInMs(attempt: number, random: number): number {
  const base = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.round(base * (0.8 + 0.4 * random));
}

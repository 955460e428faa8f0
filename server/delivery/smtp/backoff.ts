const BASE_MS = 1_000;
const MAX_MS = 60_000;

/**
 * The pause after the nth failure in a row. It doubles each time, up to a minute, with a jitter of ±20 %, so that
 * connections that failed together do not retry together.
 *
 * @param random 0 ≤ x < 1.
 */
export function backoffMs(failures: number, random: () => number, baseMs = BASE_MS): number {
  const pause = Math.min(MAX_MS, baseMs * 2 ** Math.min(failures - 1, 10));
  return pause * (0.8 + 0.4 * random());
}

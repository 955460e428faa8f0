const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** However long a server asks for, we look again within this time. */
const LONGEST_HINT_MS = 4 * HOUR_MS;
const JITTER = 0.2;

/** When a deferred message goes again, and when it is given up. */
export type RetrySchedule = {
  /** Pauses in minutes, by tries made; the last one repeats. */
  minutes: readonly number[];
  /** From the first try on; then the message has failed as `expired`. */
  maxAgeMs: number;
};

/** The first pause is as long as greylists usually ask for (300 s). */
export const bulkSchedule: RetrySchedule = {
  minutes: [5, 10, 20, 40, 80, 160, 240, 360, 480],
  maxAgeMs: 48 * HOUR_MS,
};

/** For mail somebody waits for. */
export const transactionalSchedule: RetrySchedule = {
  minutes: [1, 3, 5, 10, 20, 40, 60],
  maxAgeMs: 24 * HOUR_MS,
};

export type RetryRequest = {
  schedule: RetrySchedule;
  /** Tries that counted, before this one; undefined when this one does not count either. */
  attempts: number | undefined;
  /** Unix ms. */
  firstTriedAt: number;
  now: number;
  /** The shortest pause of the category. */
  waitMinutes: number;
  /** What the server asked for; undefined when it did not. */
  hintMs: number | undefined;
  /** 0 ≤ x < 1. */
  random: number;
};

/**
 * Unix ms of the next try, rounded up to the minute so that due rows cluster; undefined when the
 * message is too old for another one. The last try is made when the age is reached, not left out.
 */
export function nextTry(request: RetryRequest): number | undefined {
  const { schedule, now } = request;
  const givenUpAt = request.firstTriedAt + schedule.maxAgeMs;
  if (now >= givenUpAt) {
    return undefined;
  }
  const dueAt = Math.min(now + pauseMs(request), givenUpAt);
  return Math.ceil(dueAt / MINUTE_MS) * MINUTE_MS;
}

/** A server's wish is a lower bound: jitter only makes it later. */
function pauseMs({ schedule, attempts, waitMinutes, hintMs, random }: RetryRequest): number {
  const { minutes } = schedule;
  const planned =
    attempts === undefined ? 0 : (minutes[Math.min(attempts, minutes.length - 1)] ?? 0);
  if (hintMs !== undefined) {
    return Math.min(hintMs, LONGEST_HINT_MS) * (1 + JITTER * random);
  }
  return Math.max(planned, waitMinutes) * MINUTE_MS * (1 - JITTER + 2 * JITTER * random);
}

const UNIT_MS: Record<string, number> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS };
const HINT =
  /\b(?:in|after|for|within|another|wait|attente de)\s+(?:about\s+|at least\s+|approximately\s+)?(\d{1,6})\s*(s|sec|secs|seconds?|sekunden?|m|min|mins|minutes?|minuten?|h|hrs?|hours?|stunden?)\b/i;

/** What "try again in 5 minutes", "greylisted for 300 seconds" and the like ask for, in ms. */
export function retryHint(text: string): number | undefined {
  const match = HINT.exec(text);
  if (match === null) {
    return undefined;
  }
  const word = (match[2] ?? "").toLowerCase();
  // "Stunden" are hours, whatever their first letter.
  const unit = word.startsWith("st") ? "h" : word.charAt(0);
  const hintMs = Number(match[1]) * (UNIT_MS[unit] ?? 1_000);
  return hintMs > 0 ? hintMs : undefined;
}

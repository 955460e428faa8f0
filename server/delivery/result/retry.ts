import { DAY_MS } from "../../platform/time.rules.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Upper bound on the wait that a server's text can request. */
const LONGEST_HINT_MS = 4 * HOUR_MS;
const JITTER = 0.2;

/** The pauses between attempts, and the age at which a message fails. */
export type RetrySchedule = {
  /** Pauses in minutes, by number of attempts made; the last one repeats. */
  minutes: readonly number[];
  /** Age, counted from the first attempt, at which the message fails as `expired`. */
  maxAgeMs: number;
};

/** The first pause covers the usual greylisting delay (300 s). */
export const bulkSchedule: RetrySchedule = {
  minutes: [5, 10, 20, 40, 80, 160, 240, 360, 480],
  maxAgeMs: 48 * HOUR_MS,
};

/** For mail that someone is waiting for, such as a password link. */
export const transactionalSchedule: RetrySchedule = {
  minutes: [1, 3, 5, 10, 20, 40, 60],
  maxAgeMs: DAY_MS,
};

export type RetryRequest = {
  schedule: RetrySchedule;
  /** Attempts that counted, before this one; undefined when this one does not count. */
  attempts: number | undefined;
  /** Unix ms. */
  firstTriedAt: number;
  now: number;
  /** The category's minimum pause. */
  waitMinutes: number;
  /** The pause requested in the reply's text; undefined when there was none. */
  hintMs: number | undefined;
  /** 0 ≤ x < 1. */
  random: number;
};

/**
 * Unix ms of the next attempt, rounded up to the minute so that due rows cluster; undefined when the message is too
 * old. One last attempt is made when the maximum age is reached.
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

/** A pause that the server requested is a lower bound: jitter only extends it. */
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

/** The pause, in ms, requested by phrases such as "try again in 5 minutes" or "greylisted for 300 seconds". */
export function retryHint(text: string): number | undefined {
  const match = HINT.exec(text);
  if (match === null) {
    return undefined;
  }
  const word = (match[2] ?? "").toLowerCase();
  // German "Stunden" are hours, although the word starts with an s.
  const unit = word.startsWith("st") ? "h" : word.charAt(0);
  const hintMs = Number(match[1]) * (UNIT_MS[unit] ?? 1_000);
  return hintMs > 0 ? hintMs : undefined;
}

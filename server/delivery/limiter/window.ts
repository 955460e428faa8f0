/** Pushbacks within this time come from the same load, so they narrow the window only once. */
const COHORT_MS = 30_000;
/** Share of the configured rate that is regained per minute without a pushback. */
const RECOVERY_PER_MINUTE = 0.05;
const LOWEST_RATE_SHARE = 0.01;

/** How many messages may be in flight, and at which share of the rate, as learned from server replies. */
export type Window = {
  /** Upper bound of `size`. */
  max: number;
  /** Between 1 and `max`. Fractions accumulate; only whole messages count. */
  size: number;
  /** 0 < share ≤ 1 of the configured rate, as of `pushedBackAt`. */
  rateShare: number;
  /** Steady ms of the last pushback that narrowed the window; -Infinity before the first. */
  pushedBackAt: number;
};

/** A window that starts at `start`, or at `max` when it need not adapt. */
export function openWindow(max: number, start = max): Window {
  return {
    max,
    size: Math.min(max, start),
    rateShare: 1,
    pushedBackAt: Number.NEGATIVE_INFINITY,
  };
}

/** Grows the window by one message after as many successes as it is wide (gain 1/N). */
export function widen(window: Window): Window {
  return { ...window, size: Math.min(window.max, window.size + 1 / Math.floor(window.size)) };
}

/** Halves the window and the rate, at most once in 30 s. */
export function narrow(window: Window, now: number): Window {
  if (Math.abs(now - window.pushedBackAt) < COHORT_MS) {
    return window;
  }
  return {
    ...window,
    size: Math.max(1, Math.floor(window.size / 2)),
    rateShare: Math.max(LOWEST_RATE_SHARE, currentRateShare(window, now) / 2),
    pushedBackAt: now,
  };
}

/** The share of the configured rate that may be used now. */
export function currentRateShare(window: Window, now: number): number {
  const minutes = Math.max(0, now - window.pushedBackAt) / 60_000;
  return Math.min(1, window.rateShare + RECOVERY_PER_MINUTE * Math.floor(minutes));
}

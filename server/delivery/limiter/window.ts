/** Two pushbacks of one cohort are one message from the server. */
const COHORT_MS = 30_000;
/** Share of the full rate that comes back per minute without pushback. */
const RECOVERY_PER_MINUTE = 0.05;
const LOWEST_RATE_SHARE = 0.01;

/** How many at once, learned from what servers say; and the share of the rate that is left. */
export type Window = {
  /** Never passed. */
  max: number;
  /** Between 1 and max; counted in whole messages. */
  size: number;
  /** 0 < share ≤ 1 of the configured rate, as of `pushedBackAt`. */
  rateShare: number;
  /** Unix ms; -Infinity before the first pushback. */
  pushedBackAt: number;
};

/** A window that starts carefully, or wide open when nothing has to be learned. */
export function openWindow(max: number, start = max): Window {
  return {
    max,
    size: Math.min(max, start),
    rateShare: 1,
    pushedBackAt: Number.NEGATIVE_INFINITY,
  };
}

/** One more after as many successes as the window is wide (gain 1/N). */
export function widen(window: Window): Window {
  return { ...window, size: Math.min(window.max, window.size + 1 / Math.floor(window.size)) };
}

/** Half of the window and of the rate, at most once in 30 s. */
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

/** Average rate in messages a second, and how many messages may be sent back to back. */
export type Rate = { perSecond: number; burst: number };

/**
 * The state of a bucket: GCRA's "theoretical arrival time", the steady ms at which the next message would be due if
 * messages came evenly spaced. Zero means that the bucket has not been used.
 */
export type ArrivalMs = number;

/**
 * Corrects the bucket after the clock has been set back. Taking messages never moves the arrival time further ahead
 * than one full burst, so a later one was written under a faster clock. Such a bucket is treated as empty: it grants
 * nothing at once and refills at its normal rate, instead of blocking until the old time is reached. The caller must
 * store the result.
 */
export function settleArrival(arrival: ArrivalMs, rate: Rate, now: number): ArrivalMs {
  return Math.min(arrival, now + rate.burst * intervalMs(rate));
}

/**
 * When the next message may be sent; a time at or before `now` means at once.
 *
 * @see ITU-T I.371, generic cell rate algorithm
 */
export function allowedAt(arrival: ArrivalMs, rate: Rate): number {
  return arrival - (rate.burst - 1) * intervalMs(rate);
}

/** Takes one message from the bucket. Only valid when `allowedAt` is not later than `now`. */
export function take(arrival: ArrivalMs, rate: Rate, now: number): ArrivalMs {
  return Math.max(now, arrival) + intervalMs(rate);
}

/** Returns a message to the bucket that was taken but not sent. */
export function putBack(arrival: ArrivalMs, rate: Rate): ArrivalMs {
  return arrival - intervalMs(rate);
}

function intervalMs(rate: Rate): number {
  return 1_000 / rate.perSecond;
}

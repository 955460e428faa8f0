/** Messages a second on average, and how many may come at once. */
export type Rate = { perSecond: number; burst: number };

/**
 * The state of a bucket: the unix ms at which the next message would be due if all came evenly ("theoretical
 * arrival time"). Zero is a bucket nobody has used.
 */
export type ArrivalMs = number;

/**
 * The bucket as it can be at `now`: no sequence of takes leads further into the future than a full burst,
 * so a bucket beyond that was filled by a clock that has stepped back since. It counts as empty then:
 * nothing is granted at once, and it fills at its ordinary rate instead of staying shut until the old
 * time comes round again. Keep the result.
 */
export function settleArrival(arrival: ArrivalMs, rate: Rate, now: number): ArrivalMs {
  return Math.min(arrival, now + rate.burst * intervalMs(rate));
}

/**
 * When the next message may go: `now` or earlier when it may go at once.
 *
 * @see ITU-T I.371, generic cell rate algorithm
 */
export function allowedAt(arrival: ArrivalMs, rate: Rate): number {
  return arrival - (rate.burst - 1) * intervalMs(rate);
}

/** Takes one message from the bucket. Call it only when `allowedAt` is not later than `now`. */
export function take(arrival: ArrivalMs, rate: Rate, now: number): ArrivalMs {
  return Math.max(now, arrival) + intervalMs(rate);
}

/** Puts back one message that was taken and not sent. */
export function putBack(arrival: ArrivalMs, rate: Rate): ArrivalMs {
  return arrival - intervalMs(rate);
}

function intervalMs(rate: Rate): number {
  return 1_000 / rate.perSecond;
}

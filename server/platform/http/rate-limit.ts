import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import { AppError, because } from "../errors.ts";

/** A token bucket's parameters: `burst` requests at once, refilled at `perSecond`. */
export type Rate = { perSecond: number; burst: number };

export type Rates = {
  /** An authenticated user or API key. */
  actor: Rate;
  /** An IP address without authentication. */
  address: Rate;
  /** Body bytes sent by one authenticated caller. */
  bodyBytes: Rate;
};

// A page of the UI makes a handful of requests; a customer's script may make many more.
export const defaultRates: Rates = {
  actor: { perSecond: 100, burst: 1_000 },
  address: { perSecond: 20, burst: 300 },
  // The burst allows two bodies of the maximum size.
  bodyBytes: { perSecond: 1024 * 1024, burst: 16 * 1024 * 1024 },
};

// The least recently used buckets are dropped first. A dropped bucket counts as full, so a flood of new addresses only
// benefits callers that have been idle for long.
const MAX_CALLERS = 50_000;

type Bucket = { tokens: number; at: number };
/** Receives the `RateLimit-*` headers. */
export type LimitHeaders = Record<string, string | number | string[] | undefined>;

/** Token buckets in memory, one per caller. A restart resets them to full. */
export class RateLimiter {
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes one token, or `tokens`, from the caller's bucket, and writes the remaining number to `headers`.
   *
   * @throws AppError `rate_limited` with the seconds until there are enough tokens.
   * @see draft-ietf-httpapi-ratelimit-headers-06 for the headers
   */
  take(
    caller: string,
    rate: Rate,
    { tokens: wanted = 1, headers = {} }: { tokens?: number; headers?: LimitHeaders } = {},
  ): void {
    const now = this.#clock();
    const bucket = refilled(this.#buckets.get(caller), rate, now);
    const isAdmitted = bucket.tokens >= wanted;
    const tokens = isAdmitted ? bucket.tokens - wanted : bucket.tokens;
    this.#buckets.set(caller, { tokens, at: bucket.at });
    headers["ratelimit-limit"] = String(rate.burst);
    headers["ratelimit-remaining"] = String(Math.floor(tokens));
    headers["ratelimit-reset"] = String(Math.ceil((rate.burst - tokens) / rate.perSecond));
    if (!isAdmitted) {
      const retryAfterSeconds = (wanted - tokens) / rate.perSecond;
      throw new AppError("rate_limited", because("too_many_requests"), { retryAfterSeconds });
    }
  }
}

/** The bucket at `now`. A clock that steps back adds no tokens; afterwards the bucket fills normally. */
function refilled(bucket: Bucket | undefined, rate: Rate, now: number): Bucket {
  if (bucket === undefined) {
    return { tokens: rate.burst, at: now };
  }
  const elapsedSeconds = Math.max(0, now - bucket.at) / 1_000;
  return {
    tokens: Math.min(rate.burst, bucket.tokens + elapsedSeconds * rate.perSecond),
    at: now,
  };
}

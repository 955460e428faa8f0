import { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import { AppError } from "../errors.ts";

/** How fast one caller may ask: `burst` at once, refilled by `perSecond`. */
export type Rate = { perSecond: number; burst: number };

export type Rates = {
  /** A person or API key that has signed in. */
  actor: Rate;
  /** A network address that has not. */
  address: Rate;
  /** Bytes of bodies that one signed-in caller sends. */
  bodyBytes: Rate;
};

// A page of the interface asks for a handful of things; a script of a customer may ask for more.
export const defaultRates: Rates = {
  actor: { perSecond: 100, burst: 1_000 },
  address: { perSecond: 20, burst: 300 },
  // Two bodies of the largest size at once.
  bodyBytes: { perSecond: 1024 * 1024, burst: 16 * 1024 * 1024 },
};

// The least recently seen are forgotten first: a forgotten bucket is a full one, so a flood of new
// addresses frees nobody but those who had not asked for long.
const MAX_CALLERS = 50_000;

type Bucket = { tokens: number; at: number };
/** Where `RateLimit-*` fields go. */
export type LimitHeaders = Record<string, string | number | string[] | undefined>;

/** Token buckets in memory, one per caller. A restart fills them all. */
export class RateLimiter {
  readonly #buckets = new LRUCache<string, Bucket>({ max: MAX_CALLERS });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes one request, or as many `tokens` as given, from the caller's bucket and says in `headers` what is left.
   *
   * @throws AppError `rate_limited` with the seconds until there are enough.
   * @see draft-ietf-httpapi-ratelimit-headers-06 for the fields
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
      throw new AppError("rate_limited", "Too many requests. Slow down a little.", {
        retryAfterSeconds,
      });
    }
  }
}

/** The bucket at `now`. A clock that steps back adds nothing, and from then on the bucket fills as before. */
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

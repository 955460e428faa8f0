import { type ArrivalMs, take } from "./gcra.ts";
import {
  type Admission,
  type Cap,
  capOf,
  type LimitKey,
  type LimitLevel,
  type LimitState,
  type LimitStatus,
  type Limits,
  nameOf,
  type Refusal,
  rank,
  rateNow,
  refuse,
  refuseByQuota,
  type Settlement,
  settleLimit,
  statusOf,
} from "./limit-state.ts";
import { type Period, periods, type QuotaUsage, QuotaWindow } from "./quota.ts";
import { openWindow } from "./window.ts";

/**
 * Decides for each message whether it may be sent now. Every key must admit it; then all keys are charged, otherwise
 * none. The state is in memory. After a restart adaptive windows start over; the usage of quotas and of slow rates is
 * restored from what `quotaUsage` and `arrivals` returned. The caller passes the time into every call.
 */
export class Limiter {
  #states = new Map<string, LimitState>();
  #restored: Map<string, QuotaUsage>;
  #restoredArrivals: Map<string, ArrivalMs>;

  /**
   * @param restored Quota usage of the previous process, by key name, as `quotaUsage` returned it.
   * @param arrivals State of the rate buckets of the previous process, as `arrivals` returned it.
   */
  constructor(
    restored: ReadonlyMap<string, QuotaUsage> = new Map(),
    arrivals: ReadonlyMap<string, ArrivalMs> = new Map(),
  ) {
    this.#restored = new Map(restored);
    this.#restoredArrivals = new Map(arrivals);
  }

  /** The buckets that will not be full again before `after`, so that a restart does not grant their bursts twice. */
  arrivals(after: number): Map<string, ArrivalMs> {
    const all = new Map(this.#restoredArrivals);
    for (const [name, { rate, arrival }] of this.#states) {
      if (rate !== undefined && arrival > after) {
        all.set(name, arrival);
      }
    }
    for (const [name, arrival] of all) {
      if (arrival <= after) {
        all.delete(name);
      }
    }
    return all;
  }

  /** All quota usage by key name, for the next start. */
  quotaUsage(now: number): Map<string, QuotaUsage> {
    const all = new Map(this.#restored);
    for (const [name, { quotas }] of this.#states) {
      const used = quotas.filter(({ window }) => window.used(now) > 0);
      if (used.length > 0) {
        const entries = used.map(({ window }) => [window.period, window.usage]);
        all.set(name, Object.fromEntries(entries) as QuotaUsage);
      } else {
        all.delete(name);
      }
    }
    return all;
  }

  /** Sets the limits of a key. Its usage and what it has learned are kept. */
  setLimits(key: LimitKey, limits: Limits): void {
    if (limits.perSecond !== undefined && !(limits.perSecond > 0)) {
      throw new Error(`${limits.perSecond} a second is not a valid rate; suspend the key instead`);
    }
    const state = this.#stateOf(key);
    state.rate =
      limits.perSecond === undefined
        ? undefined
        : { perSecond: limits.perSecond, burst: Math.max(1, limits.burst ?? 1) };
    state.adaptive = limits.adaptiveStart !== undefined;
    const max = limits.concurrency ?? (state.adaptive ? Number.MAX_SAFE_INTEGER : undefined);
    if (max === undefined) {
      state.window = undefined;
    } else if (state.window === undefined || !state.adaptive) {
      state.window = openWindow(max, limits.adaptiveStart ?? max);
    } else {
      state.window = { ...state.window, max, size: Math.min(max, state.window.size) };
    }
    this.#setQuotas(state, limits.quotas ?? {});
  }

  has(key: LimitKey): boolean {
    return this.#states.has(nameOf(key));
  }

  /** Lowers the limits of a key until `cap.untilMs`. Replaces an earlier cap. */
  setCap(key: LimitKey, cap: Cap): void {
    this.#stateOf(key).cap = cap;
  }

  /** Sets the adaptive window back to one message at a time; it widens again with each accepted message. */
  probe(key: LimitKey): void {
    const state = this.#stateOf(key);
    if (state.adaptive && state.window !== undefined) {
      state.window = { ...state.window, size: 1 };
    }
  }

  /** Admits nothing for the key until `untilMs`. Replaces an earlier suspension. */
  suspend(key: LimitKey, untilMs: number, reason: string): void {
    const state = this.#stateOf(key);
    state.suspendedUntil = untilMs;
    state.reason = reason;
  }

  /** Ends the suspension and the cap of a key. @returns false when it had neither. */
  resume(key: LimitKey, now: number): boolean {
    const state = this.#states.get(nameOf(key));
    if (state === undefined || (state.suspendedUntil <= now && capOf(state, now) === undefined)) {
      return false;
    }
    state.suspendedUntil = Number.NEGATIVE_INFINITY;
    state.cap = undefined;
    return true;
  }

  /**
   * Admits one message at all keys, or at none. Keys without limits always admit. After `ok` the caller must call
   * `settle` exactly once with the same keys.
   */
  admit(keys: readonly LimitKey[], now: number): Admission {
    let worst: Refusal | undefined;
    for (const key of keys) {
      const state = this.#states.get(nameOf(key));
      const refusal = state === undefined ? undefined : refuse(state, now);
      if (refusal !== undefined && (worst === undefined || rank(refusal) > rank(worst))) {
        worst = refusal;
      }
    }
    if (worst !== undefined) {
      return worst;
    }
    for (const key of keys) {
      this.#charge(key, now);
    }
    return { ok: true };
  }

  /**
   * Releases what `admit` took, and lets adaptive keys learn from the outcome.
   *
   * @param why The reason for a pushback, shown to people as what slows the sending down.
   */
  settle(keys: readonly LimitKey[], now: number, how: Settlement, why = ""): void {
    for (const key of keys) {
      const state = this.#states.get(nameOf(key));
      if (state !== undefined) {
        settleLimit(state, now, how, why);
      }
    }
  }

  /** What a key allows and uses now; undefined when it has never had limits. */
  status(key: LimitKey, now: number): LimitStatus | undefined {
    const state = this.#states.get(nameOf(key));
    return state === undefined ? undefined : statusOf(state, now);
  }

  /** Messages of a key that are in flight. */
  underWay(key: LimitKey): number {
    return this.#states.get(nameOf(key))?.underWay ?? 0;
  }

  /** Steady ms until which the key is suspended or one of its quotas is used up; 0 when neither is the case. */
  closedUntil(key: LimitKey, now: number): number {
    const state = this.#states.get(nameOf(key));
    if (state === undefined) {
      return 0;
    }
    const quota = refuseByQuota(state, now)?.retryAtMs ?? 0;
    return Math.max(quota, state.suspendedUntil > now ? state.suspendedUntil : 0);
  }

  /** All keys that are suspended or capped now. */
  held(now: number): LimitStatus[] {
    return [...this.#states.values()]
      .filter((state) => state.suspendedUntil > now || capOf(state, now) !== undefined)
      .map((state) => statusOf(state, now));
  }

  /** All keys that have quotas. */
  quotas(now: number): LimitStatus[] {
    return [...this.#states.values()]
      .filter(({ quotas }) => quotas.length > 0)
      .map((state) => statusOf(state, now));
  }

  /**
   * Drops keys of these levels that have not been used since `before` and have nothing in flight and nothing to
   * remember (suspension, cap or quota usage).
   */
  sweep(levels: readonly LimitLevel[], before: number, now: number): void {
    for (const [name, state] of this.#states) {
      const isIdle = state.underWay === 0 && state.usedAt < before && state.suspendedUntil <= now;
      const hasUsage = state.quotas.some(({ window }) => window.used(now) > 0);
      const isPassing = levels.includes(state.key.level) && capOf(state, now) === undefined;
      if (isIdle && isPassing && !hasUsage) {
        this.#states.delete(name);
      }
    }
  }

  /** Drops a key, e.g. of a finished campaign. Its messages in flight may still be settled. */
  remove(key: LimitKey): void {
    this.#states.delete(nameOf(key));
  }

  #charge(key: LimitKey, now: number): void {
    const state = this.#states.get(nameOf(key));
    if (state === undefined) {
      return;
    }
    state.underWay += 1;
    state.usedAt = now;
    const rate = rateNow(state, now);
    if (rate !== undefined) {
      state.arrival = take(state.arrival, rate, now);
    }
    for (const { window } of state.quotas) {
      window.take(now);
    }
  }

  #setQuotas(state: LimitState, maxima: Partial<Record<Period, number>>): void {
    const name = nameOf(state.key);
    const restored = this.#restored.get(name);
    state.quotas = periods.flatMap((period) => {
      const max = maxima[period];
      const known = state.quotas.find(({ window }) => window.period === period)?.window;
      return max === undefined
        ? []
        : [{ window: known ?? new QuotaWindow(period, restored?.[period]), max }];
    });
    if (state.quotas.length > 0) {
      this.#restored.delete(name);
    }
  }

  #stateOf(key: LimitKey): LimitState {
    const name = nameOf(key);
    let state = this.#states.get(name);
    if (state === undefined) {
      state = {
        key,
        rate: undefined,
        arrival: this.#restoredArrivals.get(name) ?? 0,
        window: undefined,
        adaptive: false,
        underWay: 0,
        suspendedUntil: Number.NEGATIVE_INFINITY,
        reason: "",
        slowedBy: "",
        cap: undefined,
        quotas: [],
        // A key that has never been used is not swept.
        usedAt: Number.POSITIVE_INFINITY,
      };
      this.#states.set(name, state);
      this.#restoredArrivals.delete(name);
    }
    return state;
  }
}

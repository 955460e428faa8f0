import { allowedAt, putBack, type Rate, settleArrival } from "./gcra.ts";
import type { Period, QuotaWindow } from "./quota.ts";
import { currentRateShare, narrow, type Window, widen } from "./window.ts";

export const limitLevels = [
  "node",
  "workspace",
  "workspace_provider",
  "campaign",
  "campaign_provider",
  "route",
  "route_provider",
  "route_site",
  "source_provider",
  "sender_provider",
  "sender_site",
] as const;
export type LimitLevel = (typeof limitLevels)[number];

/** What a limit applies to. `id` is unique within its level, e.g. `<route>/<provider>`. */
export type LimitKey<L extends LimitLevel = LimitLevel> = {
  level: L;
  id: string;
  /** Level and id as one string. `limitKey` builds it once for keys that are looked up with every message. */
  name?: string;
};

/** Builds a key with its name precomputed. */
export function limitKey<L extends LimitLevel>(level: L, id: string): LimitKey<L> {
  return { level, id, name: `${level}:${id}` };
}

export type Limits = {
  /** Messages a second; undefined = no cap. Zero and negative rates are rejected; use `suspend` instead. */
  perSecond?: number | undefined;
  /** Messages that may be sent back to back after a pause; default 1. */
  burst?: number | undefined;
  /** Messages in flight at once; undefined = no cap. */
  concurrency?: number | undefined;
  /** Initial size of the adaptive window; undefined = the limits are fixed. */
  adaptiveStart?: number | undefined;
  /** Messages in any hour, any 24 hours, any 30 days. */
  quotas?: Partial<Record<Period, number>> | undefined;
};

/** A temporary limit that a rule has set because of a server's reply. It never raises the configured limits. */
export type Cap = {
  perSecond?: number | undefined;
  concurrency?: number | undefined;
  untilMs: number;
  reason: string;
};

/** The limit that holds a message back, as the data from which the interface builds a sentence. */
export type BoundBy = {
  level: LimitLevel;
  id: string;
  kind: "rate" | "concurrency" | "opening" | "quota" | "suspended";
  /** What is allowed now: messages a second, messages in flight, or messages per quota period; 0 when suspended. */
  allowed: number;
  /** What the settings allow. When `allowed` is smaller, the key was slowed down. */
  configured: number;
  /** Why the key is suspended or slowed down, or the period of a quota; otherwise empty. */
  reason: string;
};

/** `retryAtMs` is undefined when capacity returns only once another message has been settled. */
export type Refusal = { ok: false; retryAtMs: number | undefined; boundBy: BoundBy };
export type Admission = { ok: true } | Refusal;

/**
 * The outcome of an admitted message.
 * - success: the server accepted it.
 * - neutral: the reply says nothing about our sending rate.
 * - pushback: the server asked us to slow down.
 * - not_sent: nothing was sent, so its share of every rate and quota is returned.
 */
export type Settlement = "success" | "neutral" | "pushback" | "not_sent";

/**
 * Times of this size are exact to 0.00024 ms in a double. Without this tolerance, rounding in take and put back could
 * delay a message that is due.
 */
const ROUNDING_MS = 0.001;

/** Limits and usage of one key. */
export type LimitState = {
  key: LimitKey;
  rate: Rate | undefined;
  arrival: number;
  window: Window | undefined;
  adaptive: boolean;
  underWay: number;
  suspendedUntil: number;
  reason: string;
  /** The reason for the last slow-down; empty if there was none. It is not cleared when the rate recovers. */
  slowedBy: string;
  cap: Cap | undefined;
  quotas: { window: QuotaWindow; max: number }[];
  /** Steady ms of the last admission; `sweep` drops keys that have not been used for long. */
  usedAt: number;
};

/** What a key allows and uses now. */
export type LimitStatus = {
  key: LimitKey;
  underWay: number;
  /** Messages in flight at once; undefined = no limit. */
  window: number | undefined;
  perSecond: number | undefined;
  /** Steady ms; undefined when the key is not suspended. */
  suspendedUntil: number | undefined;
  /** Steady ms; undefined when there is no temporary cap. */
  capUntil: number | undefined;
  reason: string;
  quotas: { period: Period; used: number; max: number }[];
};

/** The key as one string, for use in maps. */
export function nameOf(key: LimitKey): string {
  return key.name ?? `${key.level}:${key.id}`;
}

export function statusOf(state: LimitState, now: number): LimitStatus {
  const size = sizeNow(state, now);
  const isSuspended = state.suspendedUntil > now;
  return {
    key: state.key,
    underWay: state.underWay,
    window: size === Number.POSITIVE_INFINITY ? undefined : size,
    perSecond: rateNow(state, now)?.perSecond,
    suspendedUntil: isSuspended ? state.suspendedUntil : undefined,
    capUntil: capOf(state, now)?.untilMs,
    reason: isSuspended ? state.reason : (capOf(state, now)?.reason ?? ""),
    quotas: state.quotas.map(({ window, max }) => ({
      period: window.period,
      used: window.used(now),
      max,
    })),
  };
}

export function capOf(state: LimitState, now: number): Cap | undefined {
  return state.cap !== undefined && state.cap.untilMs > now ? state.cap : undefined;
}

export function rateNow(state: LimitState, now: number): Rate | undefined {
  const learned = learnedRate(state, now);
  const most = state.cap === undefined ? undefined : capOf(state, now)?.perSecond;
  return most === undefined || (learned !== undefined && learned.perSecond <= most)
    ? learned
    : { perSecond: most, burst: 1 };
}

function learnedRate(state: LimitState, now: number): Rate | undefined {
  if (state.rate === undefined || state.window === undefined || !state.adaptive) {
    return state.rate;
  }
  const share = currentRateShare(state.window, now);
  return share === 1
    ? state.rate
    : { perSecond: state.rate.perSecond * share, burst: Math.max(1, state.rate.burst * share) };
}

/** How many messages may be in flight now. */
function sizeNow(state: LimitState, now: number): number {
  const own = state.window === undefined ? Number.POSITIVE_INFINITY : Math.floor(state.window.size);
  const most = state.cap === undefined ? undefined : capOf(state, now)?.concurrency;
  return most === undefined ? own : Math.min(own, most);
}

export function refuse(state: LimitState, now: number): Refusal | undefined {
  if (state.suspendedUntil > now) {
    const boundBy = bound(state, "suspended", 0, 0, state.reason);
    return { ok: false, retryAtMs: state.suspendedUntil, boundBy };
  }
  return refuseByQuota(state, now) ?? refuseBySize(state, now) ?? refuseByRate(state, now);
}

export function refuseByQuota(state: LimitState, now: number): Refusal | undefined {
  for (const { window, max } of state.quotas) {
    if (window.used(now) >= max) {
      const boundBy = bound(state, "quota", max, max, window.period);
      return { ok: false, retryAtMs: window.fitsAt(now, max), boundBy };
    }
  }
  return undefined;
}

function refuseBySize(state: LimitState, now: number): Refusal | undefined {
  const size = sizeNow(state, now);
  if (state.underWay < size) {
    return undefined;
  }
  const configured = state.window?.max ?? Number.POSITIVE_INFINITY;
  const boundBy = bound(state, "concurrency", size, configured, slownessOf(state, now));
  return { ok: false, retryAtMs: undefined, boundBy };
}

function refuseByRate(state: LimitState, now: number): Refusal | undefined {
  const rate = rateNow(state, now);
  if (rate === undefined) {
    return undefined;
  }
  state.arrival = settleArrival(state.arrival, rate, now);
  const at = allowedAt(state.arrival, rate);
  if (at <= now + ROUNDING_MS) {
    return undefined;
  }
  const configured = state.rate?.perSecond ?? Number.POSITIVE_INFINITY;
  const boundBy = bound(state, "rate", rate.perSecond, configured, slownessOf(state, now));
  return { ok: false, retryAtMs: Math.ceil(at), boundBy };
}

/** Why the key is slower than configured. Only meaningful when it is, because `slowedBy` is never cleared. */
function slownessOf(state: LimitState, now: number): string {
  const capped = state.cap === undefined ? undefined : capOf(state, now)?.reason;
  return capped ?? state.slowedBy;
}

function bound(
  { key: { level, id } }: LimitState,
  kind: BoundBy["kind"],
  allowed: number,
  configured: number,
  reason: string,
): BoundBy {
  return { level, id, kind, allowed, configured, reason };
}

const order: Record<BoundBy["kind"], number> = {
  rate: 0,
  concurrency: 0,
  opening: 0,
  quota: 1,
  suspended: 2,
};

/**
 * Orders refusals so that the limit with the longest wait is reported and waited for. A full window clears when a
 * reply arrives, so it ranks above every rate, and below quotas and suspensions.
 */
export function rank({ retryAtMs, boundBy }: Refusal): number {
  return order[boundBy.kind] * Number.MAX_SAFE_INTEGER + (retryAtMs ?? Number.MAX_SAFE_INTEGER - 1);
}

export function settleLimit(state: LimitState, now: number, how: Settlement, why: string): void {
  state.underWay = Math.max(0, state.underWay - 1);
  if (how === "not_sent" || how === "pushback") {
    // After a pushback the message was not delivered, so it must not count against quotas.
    for (const { window } of state.quotas) {
      window.putBack();
    }
  }
  if (how === "not_sent") {
    const rate = rateNow(state, now);
    if (rate !== undefined) {
      state.arrival = putBack(state.arrival, rate);
    }
    return;
  }
  if (state.adaptive && state.window !== undefined) {
    if (how === "success") {
      state.window = widen(state.window);
    } else if (how === "pushback") {
      state.window = narrow(state.window, now);
      state.slowedBy = why;
    }
  }
}

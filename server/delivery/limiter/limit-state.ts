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

/** What a limit applies to; `id` is unique within its level, e.g. `<route>/<provider>`. */
export type LimitKey = {
  level: LimitLevel;
  id: string;
  /** Both in one string; made once by `limitKey` for keys that are asked often. */
  name?: string;
};

/** A key that need not put its name together again. */
export function limitKey(level: LimitLevel, id: string): LimitKey {
  return { level, id, name: `${level}:${id}` };
}

export type Limits = {
  /** Messages a second; undefined = no cap. Zero or less is refused: suspend instead. */
  perSecond?: number | undefined;
  /** Messages that may go at once after a pause; default 1. */
  burst?: number | undefined;
  /** Messages under way at once; undefined = no cap. */
  concurrency?: number | undefined;
  /** Where an adaptive window starts; undefined = the limits are fixed. */
  adaptiveStart?: number | undefined;
  /** Messages in any hour, any 24 hours, any 30 days. */
  quotas?: Partial<Record<Period, number>> | undefined;
};

/** What was asked for a while: never more than the limits, maybe less. */
export type Cap = {
  perSecond?: number | undefined;
  concurrency?: number | undefined;
  untilMs: number;
  reason: string;
};

/** Which limit holds a message back: data for one sentence. */
export type BoundBy = {
  level: LimitLevel;
  id: string;
  kind: "rate" | "concurrency" | "opening" | "quota" | "suspended";
  /** Messages a second, at once or in the period of a quota, that are allowed now; 0 when suspended. */
  allowed: number;
  /** What is allowed when nothing was learned or asked for; smaller `allowed` = slowed down. */
  configured: number;
  /** Why it is suspended or was slowed down; the period of a quota; else empty. */
  reason: string;
};

/** `retryAtMs` is undefined when only a message that ends makes room. */
export type Refusal = { ok: false; retryAtMs: number | undefined; boundBy: BoundBy };
export type Admission = { ok: true } | Refusal;

/**
 * How a message that was admitted ended.
 * - success: the server took it. neutral: an answer that says nothing of our pace.
 * - pushback: the server asked us to slow down.
 * - not_sent: nothing went out; its share of every rate is given back.
 */
export type Settlement = "success" | "neutral" | "pushback" | "not_sent";

/** Unix ms as a double are exact to 0.00024 ms; taking and putting back must not lose a message to that. */
const ROUNDING_MS = 0.001;

/** What is allowed and used at one key. */
export type LimitState = {
  key: LimitKey;
  rate: Rate | undefined;
  arrival: number;
  window: Window | undefined;
  adaptive: boolean;
  underWay: number;
  suspendedUntil: number;
  reason: string;
  /** What was said or went wrong when it was last slowed down; empty when it never was. */
  slowedBy: string;
  cap: Cap | undefined;
  quotas: { window: QuotaWindow; max: number }[];
  /** Unix ms of the last admission, so that unused keys can be dropped. */
  usedAt: number;
};

/** What a key allows and uses now. */
export type LimitStatus = {
  key: LimitKey;
  underWay: number;
  /** At once; undefined = no limit. */
  window: number | undefined;
  perSecond: number | undefined;
  /** Unix ms; undefined when it is not suspended. */
  suspendedUntil: number | undefined;
  /** Unix ms; undefined when it was not slowed down for a while. */
  capUntil: number | undefined;
  reason: string;
  quotas: { period: Period; used: number; max: number }[];
};

/** One string per key, for maps. */
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

/** Messages at once. */
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

/** Why it is slower than configured; may be asked when it is not. */
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
 * The limit that holds longest is the one to name and to wait for. A full window may take as long as a
 * reply: longer than a rate, shorter than a quota or a suspension.
 */
export function rank({ retryAtMs, boundBy }: Refusal): number {
  return order[boundBy.kind] * Number.MAX_SAFE_INTEGER + (retryAtMs ?? Number.MAX_SAFE_INTEGER - 1);
}

export function settleLimit(state: LimitState, now: number, how: Settlement, why: string): void {
  state.underWay = Math.max(0, state.underWay - 1);
  if (how === "not_sent" || how === "pushback") {
    // Who was told to slow down has not sent anything either.
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

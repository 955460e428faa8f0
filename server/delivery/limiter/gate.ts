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
export type Gate = {
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
  /** Unix ms of the last admission, so that unused gates can be dropped. */
  usedAt: number;
};

/** What a key allows and uses now. */
export type GateStatus = {
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

export function statusOf(gate: Gate, now: number): GateStatus {
  const size = sizeNow(gate, now);
  const isSuspended = gate.suspendedUntil > now;
  return {
    key: gate.key,
    underWay: gate.underWay,
    window: size === Number.POSITIVE_INFINITY ? undefined : size,
    perSecond: rateNow(gate, now)?.perSecond,
    suspendedUntil: isSuspended ? gate.suspendedUntil : undefined,
    capUntil: capOf(gate, now)?.untilMs,
    reason: isSuspended ? gate.reason : (capOf(gate, now)?.reason ?? ""),
    quotas: gate.quotas.map(({ window, max }) => ({
      period: window.period,
      used: window.used(now),
      max,
    })),
  };
}

export function capOf(gate: Gate, now: number): Cap | undefined {
  return gate.cap !== undefined && gate.cap.untilMs > now ? gate.cap : undefined;
}

export function rateNow(gate: Gate, now: number): Rate | undefined {
  const learned = learnedRate(gate, now);
  const most = gate.cap === undefined ? undefined : capOf(gate, now)?.perSecond;
  return most === undefined || (learned !== undefined && learned.perSecond <= most)
    ? learned
    : { perSecond: most, burst: 1 };
}

function learnedRate(gate: Gate, now: number): Rate | undefined {
  if (gate.rate === undefined || gate.window === undefined || !gate.adaptive) {
    return gate.rate;
  }
  const share = currentRateShare(gate.window, now);
  return share === 1
    ? gate.rate
    : { perSecond: gate.rate.perSecond * share, burst: Math.max(1, gate.rate.burst * share) };
}

/** Messages at once. */
function sizeNow(gate: Gate, now: number): number {
  const own = gate.window === undefined ? Number.POSITIVE_INFINITY : Math.floor(gate.window.size);
  const most = gate.cap === undefined ? undefined : capOf(gate, now)?.concurrency;
  return most === undefined ? own : Math.min(own, most);
}

export function refuse(gate: Gate, now: number): Refusal | undefined {
  if (gate.suspendedUntil > now) {
    const boundBy = bound(gate, "suspended", 0, 0, gate.reason);
    return { ok: false, retryAtMs: gate.suspendedUntil, boundBy };
  }
  return refuseByQuota(gate, now) ?? refuseBySize(gate, now) ?? refuseByRate(gate, now);
}

export function refuseByQuota(gate: Gate, now: number): Refusal | undefined {
  for (const { window, max } of gate.quotas) {
    if (window.used(now) >= max) {
      const boundBy = bound(gate, "quota", max, max, window.period);
      return { ok: false, retryAtMs: window.fitsAt(now, max), boundBy };
    }
  }
  return undefined;
}

function refuseBySize(gate: Gate, now: number): Refusal | undefined {
  const size = sizeNow(gate, now);
  if (gate.underWay < size) {
    return undefined;
  }
  const configured = gate.window?.max ?? Number.POSITIVE_INFINITY;
  const boundBy = bound(gate, "concurrency", size, configured, slownessOf(gate, now));
  return { ok: false, retryAtMs: undefined, boundBy };
}

function refuseByRate(gate: Gate, now: number): Refusal | undefined {
  const rate = rateNow(gate, now);
  if (rate === undefined) {
    return undefined;
  }
  gate.arrival = settleArrival(gate.arrival, rate, now);
  const at = allowedAt(gate.arrival, rate);
  if (at <= now + ROUNDING_MS) {
    return undefined;
  }
  const configured = gate.rate?.perSecond ?? Number.POSITIVE_INFINITY;
  const boundBy = bound(gate, "rate", rate.perSecond, configured, slownessOf(gate, now));
  return { ok: false, retryAtMs: Math.ceil(at), boundBy };
}

/** Why it is slower than configured; may be asked when it is not. */
function slownessOf(gate: Gate, now: number): string {
  const capped = gate.cap === undefined ? undefined : capOf(gate, now)?.reason;
  return capped ?? gate.slowedBy;
}

function bound(
  { key: { level, id } }: Gate,
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

export function settleGate(gate: Gate, now: number, how: Settlement, why: string): void {
  gate.underWay = Math.max(0, gate.underWay - 1);
  if (how === "not_sent" || how === "pushback") {
    // Who was told to slow down has not sent anything either.
    for (const { window } of gate.quotas) {
      window.putBack();
    }
  }
  if (how === "not_sent") {
    const rate = rateNow(gate, now);
    if (rate !== undefined) {
      gate.arrival = putBack(gate.arrival, rate);
    }
    return;
  }
  if (gate.adaptive && gate.window !== undefined) {
    if (how === "success") {
      gate.window = widen(gate.window);
    } else if (how === "pushback") {
      gate.window = narrow(gate.window, now);
      gate.slowedBy = why;
    }
  }
}

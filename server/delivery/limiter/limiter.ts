import { allowedAt, putBack, type Rate, settleArrival, take } from "./gcra.ts";
import { currentRateShare, narrow, openWindow, type Window, widen } from "./window.ts";

export const limitLevels = [
  "node",
  "workspace",
  "campaign",
  "route",
  "route_provider",
  "route_site",
] as const;
export type LimitLevel = (typeof limitLevels)[number];

/** What a limit applies to; `id` is unique within its level, e.g. `<route>/<provider>`. */
export type LimitKey = { level: LimitLevel; id: string };

export type Limits = {
  /** Messages a second; undefined = no cap. Zero or less is refused: suspend instead. */
  perSecond?: number | undefined;
  /** Messages that may go at once after a pause; default 1. */
  burst?: number | undefined;
  /** Messages under way at once; undefined = no cap. */
  concurrency?: number | undefined;
  /** Where an adaptive window starts; undefined = the limits are fixed. */
  adaptiveStart?: number | undefined;
};

/** Which limit holds a message back: data for one sentence. */
export type BoundBy = {
  level: LimitLevel;
  id: string;
  kind: "rate" | "concurrency" | "suspended";
  /** Messages a second, or at once, that are allowed now; 0 when suspended. */
  allowed: number;
  /** What the administrator allows when nothing was learned; smaller `allowed` = adapted. */
  configured: number;
  /** Why it is suspended; else empty. */
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

type Gate = {
  key: LimitKey;
  rate: Rate | undefined;
  arrival: number;
  window: Window | undefined;
  adaptive: boolean;
  underWay: number;
  suspendedUntil: number;
  reason: string;
};

/**
 * Says of each message whether it may go now. All levels must admit, and all are charged or none.
 * Keeps its state in memory: after a restart buckets are full and windows at their start. Knows no
 * clock: every call is told the time.
 */
export class Limiter {
  #gates = new Map<string, Gate>();

  /** Sets the limits of a key and keeps what has been used and learned. */
  setLimits(key: LimitKey, limits: Limits): void {
    if (limits.perSecond !== undefined && !(limits.perSecond > 0)) {
      throw new Error(`a rate of ${limits.perSecond} a second is no rate; suspend the key instead`);
    }
    const gate = this.#gateOf(key);
    gate.rate =
      limits.perSecond === undefined
        ? undefined
        : { perSecond: limits.perSecond, burst: Math.max(1, limits.burst ?? 1) };
    gate.adaptive = limits.adaptiveStart !== undefined;
    const max = limits.concurrency ?? (gate.adaptive ? Number.MAX_SAFE_INTEGER : undefined);
    if (max === undefined) {
      gate.window = undefined;
    } else if (gate.window === undefined || !gate.adaptive) {
      gate.window = openWindow(max, limits.adaptiveStart ?? max);
    } else {
      gate.window = { ...gate.window, max, size: Math.min(max, gate.window.size) };
    }
  }

  /** Admits nothing for the key until `untilMs`. A later suspension replaces an earlier one. */
  suspend(key: LimitKey, untilMs: number, reason: string): void {
    const gate = this.#gateOf(key);
    gate.suspendedUntil = untilMs;
    gate.reason = reason;
  }

  /** Ends a suspension. */
  resume(key: LimitKey): void {
    this.#gateOf(key).suspendedUntil = Number.NEGATIVE_INFINITY;
  }

  /**
   * Admits one message at all keys, or none. Keys without limits admit everything. After `ok` the
   * caller owes one `settle` with the same keys.
   */
  admit(keys: readonly LimitKey[], now: number): Admission {
    let worst: Refusal | undefined;
    for (const key of keys) {
      const gate = this.#gates.get(nameOf(key));
      const refusal = gate === undefined ? undefined : refuse(gate, now);
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

  /** Frees what `admit` took, and lets adaptive keys learn from how it went. */
  settle(keys: readonly LimitKey[], now: number, how: Settlement): void {
    for (const key of keys) {
      const gate = this.#gates.get(nameOf(key));
      if (gate !== undefined) {
        settleGate(gate, now, how);
      }
    }
  }

  /** What a key allows and uses now; undefined when it has never had a limit. */
  status(
    key: LimitKey,
    now: number,
  ): { underWay: number; window: number | undefined; perSecond: number | undefined } | undefined {
    const gate = this.#gates.get(nameOf(key));
    return gate === undefined
      ? undefined
      : {
          underWay: gate.underWay,
          window: gate.window === undefined ? undefined : Math.floor(gate.window.size),
          perSecond: rateNow(gate, now)?.perSecond,
        };
  }

  /** Drops a key, e.g. of a campaign that is over. Messages under way may still be settled. */
  remove(key: LimitKey): void {
    this.#gates.delete(nameOf(key));
  }

  #charge(key: LimitKey, now: number): void {
    const gate = this.#gates.get(nameOf(key));
    if (gate === undefined) {
      return;
    }
    gate.underWay += 1;
    const rate = rateNow(gate, now);
    if (rate !== undefined) {
      gate.arrival = take(gate.arrival, rate, now);
    }
  }

  #gateOf(key: LimitKey): Gate {
    const name = nameOf(key);
    let gate = this.#gates.get(name);
    if (gate === undefined) {
      gate = {
        key,
        rate: undefined,
        arrival: 0,
        window: undefined,
        adaptive: false,
        underWay: 0,
        suspendedUntil: Number.NEGATIVE_INFINITY,
        reason: "",
      };
      this.#gates.set(name, gate);
    }
    return gate;
  }
}

/** One string per key, for maps. */
export function nameOf(key: LimitKey): string {
  return `${key.level}:${key.id}`;
}

function rateNow(gate: Gate, now: number): Rate | undefined {
  if (gate.rate === undefined || gate.window === undefined || !gate.adaptive) {
    return gate.rate;
  }
  const share = currentRateShare(gate.window, now);
  return share === 1
    ? gate.rate
    : { perSecond: gate.rate.perSecond * share, burst: Math.max(1, gate.rate.burst * share) };
}

function refuse(gate: Gate, now: number): Refusal | undefined {
  const bound = (kind: BoundBy["kind"], allowed: number, configured: number): BoundBy => ({
    ...gate.key,
    kind,
    allowed,
    configured,
    reason: kind === "suspended" ? gate.reason : "",
  });
  if (gate.suspendedUntil > now) {
    return { ok: false, retryAtMs: gate.suspendedUntil, boundBy: bound("suspended", 0, 0) };
  }
  if (gate.window !== undefined && gate.underWay >= Math.floor(gate.window.size)) {
    const boundBy = bound("concurrency", Math.floor(gate.window.size), gate.window.max);
    return { ok: false, retryAtMs: undefined, boundBy };
  }
  const rate = rateNow(gate, now);
  if (rate === undefined || gate.rate === undefined) {
    return undefined;
  }
  gate.arrival = settleArrival(gate.arrival, rate, now);
  const at = allowedAt(gate.arrival, rate);
  return at <= now + ROUNDING_MS
    ? undefined
    : {
        ok: false,
        retryAtMs: Math.ceil(at),
        boundBy: bound("rate", rate.perSecond, gate.rate.perSecond),
      };
}

/**
 * The limit that holds longest is the one to name and to wait for. A full window may take as long as a
 * reply: longer than a rate, shorter than a suspension.
 */
function rank({ retryAtMs, boundBy }: Refusal): number {
  const suspended = boundBy.kind === "suspended" ? Number.MAX_SAFE_INTEGER : 0;
  return suspended + (retryAtMs ?? Number.MAX_SAFE_INTEGER - 1);
}

function settleGate(gate: Gate, now: number, how: Settlement): void {
  gate.underWay = Math.max(0, gate.underWay - 1);
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
    }
  }
}

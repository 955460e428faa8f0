import { type Clocks, onWallClock, systemClocks } from "../../platform/clock.ts";
import { DeadSites, refusalPauses } from "../limiter/dead-sites.ts";
import { type LimitLevel, limitKey } from "../limiter/limit-state.ts";
import { Limiter } from "../limiter/limiter.ts";
import { type QuotaUsage, shiftUsage } from "../limiter/quota.ts";
import { type WarmUpProgress, WarmUps } from "../limiter/warm-up.ts";
import type { Route } from "../types.ts";
import { Circuit } from "./circuit.ts";
import type { LimitBook } from "./limits.ts";
import { profileOf } from "./provider-profiles.ts";

/** Maximum number of remembered sites that have accepted mail; the oldest are dropped first. */
const MAX_KNOWN_SITES = 20_000;
/** Levels whose limits come and go with what is being sent, so unused ones are dropped. */
const passing: readonly LimitLevel[] = [
  "workspace_provider",
  "campaign_provider",
  "route_provider",
  "route_site",
  "source_provider",
  "sender_provider",
  "sender_site",
];
const IDLE_MS = 3_600_000;

/** Buckets that are due sooner than this are not stored, because a restart takes longer. */
const SLOW_MS = 1_000;

/** A suspended key, and until when (unix ms). */
export type Suspension = { level: LimitLevel; id: string; untilMs: number; reason: string };

/** The state that survives a restart. All times are wall-clock times. */
export type TrafficState = {
  suspensions: Suspension[];
  /**
   * When the next message is due at keys with a slow rate (warm-up), by name. Without it, each restart would allow one
   * more message.
   */
  arrivals: ReadonlyMap<string, number>;
  quotas: ReadonlyMap<string, QuotaUsage>;
  warmUps: ReadonlyMap<string, WarmUpProgress>;
  knownSites: readonly string[];
};

/** What a node knows about its routes and sites: limits, what was learned, and what is broken. */
export class Traffic implements LimitBook {
  readonly limiter: Limiter;
  readonly warmUps: WarmUps;
  /** Detects sites to which no connection can be opened. */
  readonly deadSites = new DeadSites();
  /** Detects sites that refuse our mail. */
  readonly refusingSites = new DeadSites(refusalPauses);
  readonly profileOf = profileOf;
  readonly #knownSites: Set<string>;
  readonly #circuits = new Map<string, Circuit>();

  readonly #clocks: Clocks;

  constructor(state?: TrafficState, clocks = systemClocks) {
    this.#clocks = clocks;
    this.limiter = new Limiter(state?.quotas, state?.arrivals);
    this.warmUps = new WarmUps(state?.warmUps);
    this.#knownSites = new Set(state?.knownSites);
    for (const { level, id, untilMs, reason } of state?.suspensions ?? []) {
      this.limiter.suspend(limitKey(level, id), untilMs, reason);
    }
  }

  readonly isKnownSite = (siteKey: string): boolean => this.#knownSites.has(siteKey);

  /** Remembers that a site has accepted a message. */
  siteTookMail(siteKey: string): void {
    if (this.#knownSites.has(siteKey)) {
      return;
    }
    this.#knownSites.add(siteKey);
    const [oldest] = this.#knownSites.size > MAX_KNOWN_SITES ? this.#knownSites : [];
    if (oldest !== undefined) {
      this.#knownSites.delete(oldest);
    }
  }

  circuitOf(route: Route): Circuit {
    const key = `${route.workspaceId}/${route.id}`;
    const circuit = this.#circuits.get(key) ?? new Circuit();
    this.#circuits.set(key, circuit);
    return circuit;
  }

  /** The route was changed, which may have fixed it. */
  forgetCircuit(workspaceId: string, routeId: number): void {
    this.#circuits.delete(`${workspaceId}/${routeId}`);
  }

  /** Drops limits that have not been used for an hour. */
  sweep(now: number): void {
    this.limiter.sweep(passing, now - IDLE_MS, now);
  }

  state(): TrafficState {
    const now = this.#clocks.steady();
    const onWall = (steadyMs: number) => onWallClock(steadyMs, this.#clocks);
    const suspensions = this.limiter.held(now).flatMap(({ key, suspendedUntil, reason }) => {
      const { level, id } = key;
      return suspendedUntil === undefined || level === "campaign"
        ? []
        : [{ level, id, untilMs: onWall(suspendedUntil), reason }];
    });
    const aheadMs = this.#clocks.wall() - now;
    const arrivals = this.limiter.arrivals(now + SLOW_MS);
    return {
      suspensions,
      arrivals: new Map([...arrivals].map(([name, atMs]) => [name, onWall(atMs)])),
      quotas: shiftUsage(this.limiter.quotaUsage(now), aheadMs),
      warmUps: this.warmUps.all,
      knownSites: [...this.#knownSites],
    };
  }
}

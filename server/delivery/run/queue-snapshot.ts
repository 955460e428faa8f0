import { DAY_MS } from "../../platform/time.rules.ts";
import type { LimitStatus } from "../limiter/limit-state.ts";
import type { QueueHold, QueueQuota, QueueRoute, QueueSite, QueueSnapshot } from "../types.ts";
import { type BottleneckFacts, bottleneckOf } from "./bottleneck.ts";
import { routeKey, routeProviderKey, routeSiteKey, sourceProviderKey } from "./limits.ts";
import type { Lane, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

const HOUR_MS = 3_600_000;
/** Upper bounds of the age groups of waiting messages; one more group contains all older ones. */
const AGES_MS = [5 * 60_000, HOUR_MS, 6 * HOUR_MS, DAY_MS];

/** The current state of one workspace or of all: campaigns, sites, routes, suspensions and quotas. */
export function takeSnapshot(
  runs: Iterable<Run>,
  traffic: Traffic,
  facts: BottleneckFacts,
  workspaceId: string | undefined,
): QueueSnapshot {
  const own = [...runs].filter(
    ({ isHalted, parts }) =>
      !isHalted && (workspaceId === undefined || parts.workspaceId === workspaceId),
  );
  const isOwn = ({ key: { id } }: LimitStatus) =>
    workspaceId === undefined || id === workspaceId || id.startsWith(`${workspaceId}/`);
  return {
    at: facts.onWallClock(facts.now),
    trouble: facts.trouble ?? "",
    campaigns: own.map((run) => ({
      workspaceId: run.parts.workspaceId,
      campaignId: run.parts.campaignId,
      inHand: run.inHand,
      lookingUp: run.unplaced.size,
      bottleneck: bottleneckOf(run, facts),
    })),
    sites: sitesOf(own, traffic, facts),
    routes: routesOf(own, traffic, facts),
    holds: traffic.limiter
      .held(facts.now)
      .filter(isOwn)
      .map((status) => holdOf(status, facts)),
    quotas: traffic.limiter.quotas(facts.now).filter(isOwn).flatMap(quotasOf),
  };
}

function sitesOf(runs: readonly Run[], traffic: Traffic, facts: BottleneckFacts): QueueSite[] {
  const byKey = new Map<string, QueueSite>();
  for (const run of runs) {
    for (const lane of run.lanes.values()) {
      const key = `${run.parts.workspaceId}/${lane.key}`;
      const site = byKey.get(key) ?? newSite(lane, traffic, facts.now);
      byKey.set(key, site);
      addLane(site, lane, facts);
    }
  }
  return [...byKey.values()].sort((a, b) => b.waiting - a.waiting);
}

function newSite(lane: Lane, traffic: Traffic, now: number): QueueSite {
  const { campaignRoute, site, source } = lane.target;
  const { route } = campaignRoute.egress;
  const isDirect = route.kind === "direct";
  const gate = isDirect
    ? routeSiteKey(route, site.key)
    : site.provider === "other"
      ? routeKey(route)
      : routeProviderKey(route, site.provider);
  const status = traffic.limiter.status(isDirect ? gate : routeKey(route), now);
  const provider =
    source && traffic.limiter.status(sourceProviderKey(route, source, site.provider), now);
  const connections = campaignRoute.egress.status(isDirect ? site.key : undefined);
  return {
    workspaceId: route.workspaceId,
    routeId: route.id,
    routeName: route.name,
    siteKey: site.key,
    siteName: site.name,
    provider: site.provider,
    source: source?.address ?? "",
    limit: { level: gate.level, id: gate.id },
    waiting: 0,
    inFlight: 0,
    ages: AGES_MS.map(() => 0).concat(0),
    connections: connections.open,
    window: status?.window ?? null,
    perSecond: leastOf(status?.perSecond, provider?.perSecond),
    suspendedUntil: null,
    reason: "",
    nextTryAt: null,
    campaignIds: [],
  };
}

function addLane(site: QueueSite, lane: Lane, facts: BottleneckFacts): void {
  const { waitOf, onWallClock } = facts;
  const now = onWallClock(facts.now);
  const { launchedAt, campaignId } = lane.run.parts;
  site.waiting += lane.waiting;
  site.inFlight += lane.inFlight;
  if (!site.campaignIds.includes(campaignId)) {
    site.campaignIds.push(campaignId);
  }
  lane.forEach(({ firstTriedAt }) => {
    const age = now - (firstTriedAt ?? launchedAt);
    const at = AGES_MS.findIndex((limit) => age < limit);
    const bucket = at === -1 ? AGES_MS.length : at;
    site.ages[bucket] = (site.ages[bucket] ?? 0) + 1;
  });
  const wait = waitOf(lane);
  if (wait === undefined) {
    return;
  }
  const until = wait.untilMs === undefined ? null : onWallClock(wait.untilMs);
  if (wait.boundBy.kind === "suspended") {
    site.suspendedUntil = until;
  }
  site.reason = wait.boundBy.reason;
  site.nextTryAt = until;
}

function routesOf(
  runs: readonly Run[],
  traffic: Traffic,
  { now, onWallClock }: BottleneckFacts,
): QueueRoute[] {
  const byKey = new Map<string, QueueRoute>();
  for (const { egress, circuit } of runs.flatMap((run) => run.parts.routes)) {
    const { route } = egress;
    const key = routeKey(route);
    const { open, busy, limit, lastError } = egress.status();
    byKey.set(key.id, {
      workspaceId: route.workspaceId,
      id: route.id,
      name: route.name,
      kind: route.kind,
      circuit: circuit.state(now),
      reason: circuit.reason || lastError,
      retryAt: circuit.retryAt === undefined ? null : onWallClock(circuit.retryAt),
      connections: open,
      busy,
      maxConnections: limit,
      perSecond: traffic.limiter.status(key, now)?.perSecond ?? null,
    });
  }
  return [...byKey.values()];
}

function holdOf(
  { key, suspendedUntil, capUntil, reason, perSecond, window }: LimitStatus,
  { now, onWallClock }: BottleneckFacts,
): QueueHold {
  return {
    level: key.level,
    id: key.id,
    isSuspended: suspendedUntil !== undefined,
    untilMs: onWallClock(suspendedUntil ?? capUntil ?? now),
    reason,
    perSecond: perSecond ?? null,
    atOnce: window ?? null,
  };
}

function quotasOf({ key, quotas }: LimitStatus): QueueQuota[] {
  return quotas.map(({ period, used, max }) => ({
    level: key.level,
    id: key.id,
    period,
    used,
    max,
  }));
}

function leastOf(a: number | undefined, b: number | undefined): number | null {
  return a === undefined ? (b ?? null) : b === undefined ? a : Math.min(a, b);
}

import { storedBecause } from "../../reasons/because.ts";
import type { LimitKey } from "../limiter/limit-state.ts";
import type { LimitAction } from "../types.ts";
import type { Dispatcher } from "./dispatcher.ts";
import {
  campaignProviderKey,
  routeKey,
  routeProviderKey,
  routeSiteKey,
  senderOf,
  senderProviderKey,
  senderSiteKey,
  sourceProviderKey,
  workspaceProviderKey,
} from "./limits.ts";
import type { Placer } from "./placing.ts";
import type { Lane, Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

export type ActionParts = {
  traffic: Traffic;
  dispatcher: Dispatcher;
  placer: Placer;
  runs: () => Iterable<Run>;
  /** The campaign must be paused for this reason until a person has looked at it. */
  onPause: (run: Run, reason: string) => void;
  /** The lane's route accepts nothing until then. */
  onRouteShut: (lane: Lane, untilMs: number, reason: string) => void;
};

/** Applies the actions of a rule that matched a server's reply in this lane. */
export function applyActions(
  parts: ActionParts,
  lane: Lane,
  actions: readonly LimitAction[],
  now: number,
): void {
  for (const action of actions) {
    switch (action.do) {
      case "suspend":
        suspend(parts, lane, action, now);
        break;
      case "set":
        parts.traffic.limiter.setCap(keyOf(lane, action.scope), {
          perSecond: action.perSecond,
          concurrency: action.connections,
          untilMs: now + action.forMs,
          reason: action.reason,
        });
        break;
      case "rotate_source":
        rotate(parts, lane, now + action.forMs, action.reason);
        break;
      case "pause_campaign":
        parts.onPause(lane.run, action.reason);
        break;
    }
  }
}

function suspend(
  parts: ActionParts,
  lane: Lane,
  { scope, forMs, reason }: Extract<LimitAction, { do: "suspend" }>,
  now: number,
): void {
  const { route } = lane.target.campaignRoute.egress;
  const key = keyOf(lane, scope);
  const untilMs = longer(parts.traffic, key, now + forMs, now);
  parts.traffic.limiter.suspend(key, untilMs, reason);
  if (key.level === "route" && key.name === routeKey(route).name) {
    parts.onRouteShut(lane, untilMs, reason);
  }
}

/** Suspends the source address at the provider and moves its messages to other source addresses. */
function rotate(parts: ActionParts, lane: Lane, untilMs: number, reason: string): void {
  const { campaignRoute, site, source } = lane.target;
  const { route } = campaignRoute.egress;
  if (source === undefined) {
    // There is no other address to use, so the route is suspended for this provider.
    parts.traffic.limiter.suspend(keyOf(lane, "route_provider"), untilMs, reason);
    return;
  }
  parts.traffic.limiter.suspend(
    sourceProviderKey(route, source, site.provider),
    untilMs,
    storedBecause("source_rests", { source: source.address, why: reason }),
  );
  for (const run of [...parts.runs()].filter(({ isHalted }) => !isHalted)) {
    parts.placer.replace(
      run,
      (target) =>
        target.campaignRoute.egress === campaignRoute.egress &&
        target.source?.address === source.address &&
        target.site.provider === site.provider,
    );
  }
}

/**
 * The limit that an action applies to. Provider `other` stands for unrelated servers, so there the action applies to
 * the site only. For a relay a site action applies to the whole route.
 */
function keyOf(lane: Lane, scope: Extract<LimitAction, { do: "suspend" }>["scope"]): LimitKey {
  const { campaignRoute, site } = lane.target;
  const { route } = campaignRoute.egress;
  if (scope === "sender_provider") {
    const { domain } = senderOf(lane.run);
    return site.provider === "other"
      ? senderSiteKey(route, domain, site.key)
      : senderProviderKey(lane.run.parts.workspaceId, domain, site.provider);
  }
  if (scope === "route_site" || site.provider === "other") {
    return route.kind === "direct" ? routeSiteKey(route, site.key) : routeKey(route);
  }
  switch (scope) {
    case "route_provider":
      return routeProviderKey(route, site.provider);
    case "workspace_provider":
      return workspaceProviderKey(lane.run.parts.workspaceId, site.provider);
    case "campaign_provider":
      return campaignProviderKey(lane.run, site.provider);
  }
}

/** A rule with a short pause must not shorten a longer one. */
function longer({ limiter }: Traffic, key: LimitKey, untilMs: number, now: number): number {
  return Math.max(untilMs, limiter.status(key, now)?.suspendedUntil ?? 0);
}

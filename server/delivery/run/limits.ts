import { type LimitKey, type Limits, limitKey } from "../limiter/limit-state.ts";
import type { Limiter } from "../limiter/limiter.ts";
import type { WarmUps } from "../limiter/warm-up.ts";
import type { Route, RouteSource } from "../types.ts";
import type { ProviderProfile } from "./provider-profiles.ts";
import type { LaneTarget, Run } from "./run.ts";

/** Messages under way on this node: each has its octets in memory. */
export const NODE_PLACES = 512;
/** Messages that wait for the first connection to their server, beside those: a server that never answers holds one. */
export const OPENING_PLACES = 256;
/** Messages made ready beyond the connections, so that none of these waits for the next one. */
const MAX_AHEAD = 32;
/** Messages at once to a site, before it has said anything; and to one that has taken mail before. */
const NEW_SITE_WINDOW = 2;
const KNOWN_SITE_WINDOW = 5;
/** A rate is given out in portions of this time: the timer turns in steps of 10 ms. */
const PORTION_S = 0.05;
const DAY_S = 24 * 3_600;

export const nodeKey = limitKey("node", "");
/** Where those wait whose workspace has its share of the node's places, while others may come for theirs. */
export const nodeShareKey = limitKey("node", "share");
/** Where those wait for whom no first connection may be opened now. */
export const nodeOpeningKey = limitKey("node", "opening");

/** What a workspace may do; undefined = no cap. */
export type WorkspaceLimits = {
  perSecond?: number | undefined;
  concurrency?: number | undefined;
  perDay?: number | undefined;
  perMonth?: number | undefined;
};

/** Everything a lane's limits depend on beside the lane. */
export type LimitBook = {
  limiter: Limiter;
  warmUps: WarmUps;
  profileOf: (provider: string) => ProviderProfile;
  isKnownSite: (siteKey: string) => boolean;
};

/** Puts what the administrator and the workspace allow in force for a campaign. Repeating it is harmless. */
export function setRunLimits({ limiter }: LimitBook, run: Run, workspace: WorkspaceLimits): void {
  limiter.setLimits(workspaceKey(run.parts.workspaceId), {
    ...rateOf(workspace.perSecond),
    concurrency: workspace.concurrency,
    quotas: { ...quota("day", workspace.perDay), ...quota("month", workspace.perMonth) },
  });
  for (const { egress } of run.parts.ways) {
    limiter.setLimits(routeKey(egress.route), limitsOfRoute(egress.route));
  }
}

/** A relay is one server, which says how fast it likes it; behind a direct route each site says so itself. */
function limitsOfRoute(route: Route): Limits {
  const concurrency = route.maxConnections + Math.min(route.maxConnections, MAX_AHEAD);
  return {
    ...rateOf(route.maxPerSecond),
    concurrency,
    ...(route.kind === "direct" ? {} : { adaptiveStart: concurrency }),
    quotas: quota("day", route.maxPerDay),
  };
}

/** Messages a second of a campaign that is to be spread over a time; undefined = as fast as it may go. */
export function setCampaignRate(limiter: Limiter, run: Run, perSecond: number | undefined): void {
  limiter.setLimits(campaignKey(run), rateOf(perSecond));
}

/** Every limit that must admit a message of the lane. */
export function keysOf(run: Run, target: LaneTarget): LimitKey[] {
  const { route } = target.way.egress;
  const { provider, key: site } = target.site;
  const keys = [
    workspaceKey(run.parts.workspaceId),
    workspaceProviderKey(run.parts.workspaceId, provider),
    campaignKey(run),
    campaignProviderKey(run, provider),
    routeKey(route),
    routeProviderKey(route, provider),
  ];
  if (route.kind === "direct") {
    keys.push(routeSiteKey(route, site));
  }
  const { domain, envelopeDomain } = senderOf(run);
  keys.push(senderProviderKey(run.parts.workspaceId, domain, provider));
  for (const name of new Set([domain, envelopeDomain])) {
    keys.push(senderSiteKey(route, name, site));
  }
  if (target.source !== undefined) {
    keys.push(sourceProviderKey(route, target.source, provider));
  }
  return keys;
}

/** The limit of the servers behind a lane: a relay is one server, a direct route has as many as there are sites. */
export function serverKeyOf({ way, site }: LaneTarget): LimitKey {
  const { route } = way.egress;
  return route.kind === "direct" ? routeSiteKey(route, site.key) : routeKey(route);
}

/**
 * Messages that may be under way to servers at which so many connections can be used: one finds out whether there is a
 * way in at all, and none waits for a connection that does not come.
 */
export function admittedAtOnce(usable: number): number {
  return usable === 0 ? 1 : usable + Math.min(2 * usable, MAX_AHEAD);
}

/** Puts the limits of a lane in force, as far as they are its own. Repeating it keeps what was learned. */
export function setLaneLimits(book: LimitBook, target: LaneTarget, now: number): void {
  const { route } = target.way.egress;
  const { source, site } = target;
  if (route.kind === "direct") {
    const limits = limitsOfSite(book, target);
    const siteKey = routeSiteKey(route, site.key);
    if (!book.limiter.has(siteKey)) {
      book.limiter.setLimits(siteKey, limits);
    }
    const provider = routeProviderKey(route, site.provider);
    if (site.provider !== "other" && source === undefined && !book.limiter.has(provider)) {
      book.limiter.setLimits(provider, limits);
    }
  }
  if (source !== undefined) {
    book.limiter.setLimits(
      sourceProviderKey(route, source, site.provider),
      limitsOfSource(book, target, source, now),
    );
  }
}

function limitsOfSite({ profileOf, isKnownSite }: LimitBook, { way, site }: LaneTarget): Limits {
  const { route } = way.egress;
  const { connections, perSecond } = profileOf(site.provider);
  const addresses = Math.max(1, route.sources?.length ?? 0);
  return {
    ...rateOf(perSecond * addresses),
    concurrency: Math.min(connections * addresses, route.maxConnections),
    adaptiveStart: isKnownSite(site.key) ? KNOWN_SITE_WINDOW : NEW_SITE_WINDOW,
  };
}

/** What a provider bears from one address, and less while it does not know the address yet. */
function limitsOfSource(
  { warmUps, profileOf }: LimitBook,
  { way, site }: LaneTarget,
  source: RouteSource,
  now: number,
): Limits {
  const profile = profileOf(site.provider);
  const own: Limits =
    site.provider === "other" || way.egress.route.kind !== "direct"
      ? {}
      : {
          ...rateOf(profile.perSecond),
          concurrency: profile.connections,
          adaptiveStart: profile.connections,
        };
  if (source.warmUp === undefined) {
    return own;
  }
  const name = sourceProviderKey(way.egress.route, source, site.provider).id;
  const perDay = warmUps.quota(name, source.warmUp, now);
  // Evenly over the day: a quota that is gone by one in the morning warms nothing up.
  const perSecond = Math.min(perDay / DAY_S, own.perSecond ?? Number.POSITIVE_INFINITY);
  return { ...own, perSecond, burst: 1, quotas: { day: perDay } };
}

function rateOf(perSecond: number | undefined): Pick<Limits, "perSecond" | "burst"> {
  return perSecond === undefined
    ? {}
    : { perSecond, burst: Math.max(1, Math.floor(perSecond * PORTION_S)) };
}

function quota(period: "day" | "month", max: number | undefined): Limits["quotas"] {
  return max === undefined ? {} : { [period]: max };
}

export function workspaceKey(workspaceId: string): LimitKey {
  return limitKey("workspace", workspaceId);
}

export function workspaceProviderKey(workspaceId: string, provider: string): LimitKey {
  return limitKey("workspace_provider", `${workspaceId}/${provider}`);
}

export function campaignKey(run: Run): LimitKey {
  return limitKey("campaign", run.key);
}

export function campaignProviderKey(run: Run, provider: string): LimitKey {
  return limitKey("campaign_provider", `${run.key}/${provider}`);
}

/** Of the route and everything that uses it. */
export function routeKey(route: Route): LimitKey {
  return limitKey("route", `${route.workspaceId}/${route.id}`);
}

export function routeProviderKey(route: Route, provider: string): LimitKey {
  return limitKey("route_provider", `${route.workspaceId}/${route.id}/${provider}`);
}

export function routeSiteKey(route: Route, siteKey: string): LimitKey {
  return limitKey("route_site", `${route.workspaceId}/${route.id}/${siteKey}`);
}

/** The domain that a campaign's mail is from and signed by, and the one of its return path. */
export function senderOf({ parts: { compiled } }: Run): { domain: string; envelopeDomain: string } {
  const { domain, bounceDomain } = compiled.content;
  return { domain, envelopeDomain: bounceDomain === "" ? domain : bounceDomain };
}

/** Of one of the workspace's sender domains, by whatever route: what a provider says of SPF, DKIM, DMARC or its name. */
export function senderProviderKey(workspaceId: string, domain: string, provider: string): LimitKey {
  return limitKey("sender_provider", `${workspaceId}/${domain}/${provider}`);
}

/** Of one sender domain at the servers of a site: what these say of it is no word about the others on the route. */
export function senderSiteKey(route: Route, domain: string, siteKey: string): LimitKey {
  return limitKey("sender_site", `${route.workspaceId}/${route.id}/${domain}/${siteKey}`);
}

export function sourceProviderKey(route: Route, source: RouteSource, provider: string): LimitKey {
  const { workspaceId, id } = route;
  return limitKey("source_provider", `${workspaceId}/${id}/${source.address}/${provider}`);
}

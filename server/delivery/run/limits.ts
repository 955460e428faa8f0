import { type LimitKey, type Limits, limitKey } from "../limiter/limit-state.ts";
import type { Limiter } from "../limiter/limiter.ts";
import type { WarmUps } from "../limiter/warm-up.ts";
import type { Route, RouteSource } from "../types.ts";
import type { ProviderProfile } from "./provider-profiles.ts";
import type { LaneTarget, Run } from "./run.ts";

/** Maximum of messages in flight on this node; each is held in memory. */
export const NODE_PLACES = 1_024;
/**
 * Additional places for messages that wait for the first connection to their server. A server that never answers
 * occupies only one of them.
 */
export const OPENING_PLACES = 512;
/** Messages admitted beyond the number of connections, so that no connection is idle between two messages. */
const MAX_AHEAD = 32;
/** Initial window (messages in flight) for a site that is new, and for one that has accepted mail before. */
const NEW_SITE_WINDOW = 2;
const KNOWN_SITE_WINDOW = 5;
/** The burst of a rate is what it allows in this time. The timer has a resolution of only 10 ms. */
const PORTION_S = 0.05;
const DAY_S = 24 * 3_600;

export const nodeKey = limitKey("node", "");
/** Wait point for lanes whose workspace holds as many places as it may at the moment. */
export const nodeShareKey = limitKey("node", "share");
/** Wait point for lanes that need a first connection when too many are being opened. */
export const nodeOpeningKey = limitKey("node", "opening");

/** The limits of a workspace; undefined = no cap. */
export type WorkspaceLimits = {
  perSecond?: number | undefined;
  concurrency?: number | undefined;
  perDay?: number | undefined;
  perMonth?: number | undefined;
};

/** What a lane's limits are computed from, in addition to its target. */
export type LimitBook = {
  limiter: Limiter;
  warmUps: WarmUps;
  profileOf: (provider: string) => ProviderProfile;
  isKnownSite: (siteKey: string) => boolean;
};

/** Sets the limits of the workspace and of the campaign's routes. Idempotent. */
export function setRunLimits({ limiter }: LimitBook, run: Run, workspace: WorkspaceLimits): void {
  limiter.setLimits(workspaceKey(run.parts.workspaceId), {
    ...rateOf(workspace.perSecond),
    concurrency: workspace.concurrency,
    quotas: { ...quota("day", workspace.perDay), ...quota("month", workspace.perMonth) },
  });
  for (const { egress } of run.parts.routes) {
    limiter.setLimits(routeKey(egress.route), limitsOfRoute(egress.route));
  }
}

/** A relay is one server, so its rate is learned for the whole route. With a direct route it is learned per site. */
function limitsOfRoute(route: Route): Limits {
  const concurrency = route.maxConnections + Math.min(route.maxConnections, MAX_AHEAD);
  return {
    ...rateOf(route.maxPerSecond),
    concurrency,
    ...(route.kind === "direct" ? {} : { adaptiveStart: concurrency }),
    quotas: quota("day", route.maxPerDay),
  };
}

/** Sets the rate of a campaign that is spread over time, in messages a second; undefined = no limit. */
export function setCampaignRate(limiter: Limiter, run: Run, perSecond: number | undefined): void {
  limiter.setLimits(campaignKey(run), rateOf(perSecond));
}

/** All limits that must admit a message of the lane. */
export function keysOf(run: Run, target: LaneTarget): LimitKey[] {
  const { route } = target.campaignRoute.egress;
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

/** The limit of the servers behind a lane: the whole route for a relay, the site for a direct route. */
export function serverKeyOf({ campaignRoute, site }: LaneTarget): LimitKey {
  const { route } = campaignRoute.egress;
  return route.kind === "direct" ? routeSiteKey(route, site.key) : routeKey(route);
}

/**
 * How many messages may be in flight to a server with this many usable connections. Without any, one message tests
 * whether a connection can be opened, and no others wait for it.
 */
export function admittedAtOnce(usable: number): number {
  return usable === 0 ? 1 : usable + Math.min(2 * usable, MAX_AHEAD);
}

/** Sets the limits of a lane's site, provider and source address. Keeps what they have learned. */
export function setLaneLimits(book: LimitBook, target: LaneTarget, now: number): void {
  const { route } = target.campaignRoute.egress;
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

function limitsOfSite(
  { profileOf, isKnownSite }: LimitBook,
  { campaignRoute, site }: LaneTarget,
): Limits {
  const { route } = campaignRoute.egress;
  const { connections, perSecond } = profileOf(site.provider);
  const addresses = Math.max(1, route.sources?.length ?? 0);
  return {
    ...rateOf(perSecond * addresses),
    concurrency: Math.min(connections * addresses, route.maxConnections),
    adaptiveStart: isKnownSite(site.key) ? KNOWN_SITE_WINDOW : NEW_SITE_WINDOW,
  };
}

/** What a provider accepts from one source address; less while the address is being warmed up. */
function limitsOfSource(
  { warmUps, profileOf }: LimitBook,
  { campaignRoute, site }: LaneTarget,
  source: RouteSource,
  now: number,
): Limits {
  const profile = profileOf(site.provider);
  const own: Limits =
    site.provider === "other" || campaignRoute.egress.route.kind !== "direct"
      ? {}
      : {
          ...rateOf(profile.perSecond),
          concurrency: profile.connections,
          adaptiveStart: profile.connections,
        };
  if (source.warmUp === undefined) {
    return own;
  }
  const name = sourceProviderKey(campaignRoute.egress.route, source, site.provider).id;
  const perDay = warmUps.quota(name, source.warmUp, now);
  // Spread evenly over the day: using up the quota in the early morning would defeat the warm-up.
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

/** Applies to everything that uses the route. */
export function routeKey(route: Route): LimitKey<"route"> {
  return limitKey("route", `${route.workspaceId}/${route.id}`);
}

export function routeProviderKey(route: Route, provider: string): LimitKey<"route_provider"> {
  return limitKey("route_provider", `${route.workspaceId}/${route.id}/${provider}`);
}

export function routeSiteKey(route: Route, siteKey: string): LimitKey<"route_site"> {
  return limitKey("route_site", `${route.workspaceId}/${route.id}/${siteKey}`);
}

/** The domain in From, which also signs, and the domain of the return path. */
export function senderOf({ parts: { compiled } }: Run): { domain: string; envelopeDomain: string } {
  const { domain, bounceDomain } = compiled.content;
  return { domain, envelopeDomain: bounceDomain === "" ? domain : bounceDomain };
}

/**
 * Limits one sender domain at a provider on all routes, for replies about SPF, DKIM, DMARC or the domain's reputation.
 */
export function senderProviderKey(workspaceId: string, domain: string, provider: string): LimitKey {
  return limitKey("sender_provider", `${workspaceId}/${domain}/${provider}`);
}

/** Limits one sender domain at one site. Other sender domains on the same route are not affected. */
export function senderSiteKey(route: Route, domain: string, siteKey: string): LimitKey {
  return limitKey("sender_site", `${route.workspaceId}/${route.id}/${domain}/${siteKey}`);
}

export function sourceProviderKey(route: Route, source: RouteSource, provider: string): LimitKey {
  const { workspaceId, id } = route;
  return limitKey("source_provider", `${workspaceId}/${id}/${source.address}/${provider}`);
}

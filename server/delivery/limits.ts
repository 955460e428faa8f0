import type { BoundBy, Limiter, LimitKey } from "./limiter/limiter.ts";
import type { Item, Run } from "./run.ts";

/** Messages under way on this node: each has its octets in memory. */
const NODE_CONCURRENCY = 512;
/** Messages made ready beyond the connections, so that none of these waits for the next one. */
const MAX_AHEAD = 32;

const node: LimitKey = { level: "node", id: "" };

/** Puts what the administrator and the workspace allow in force for a campaign. Repeating it is harmless. */
export function setLimits(
  limiter: Limiter,
  run: Run,
  workspacePerSecond: number | undefined,
): void {
  const { route } = run.parts.pool;
  limiter.setLimits(node, { concurrency: NODE_CONCURRENCY });
  limiter.setLimits(workspaceKey(run), { perSecond: workspacePerSecond });
  const concurrency = route.maxConnections + Math.min(route.maxConnections, MAX_AHEAD);
  limiter.setLimits(routeKey(run), {
    perSecond: route.maxPerSecond,
    concurrency,
    adaptiveStart: concurrency,
  });
}

/** Every limit that must admit a message. */
export function keysOf(run: Run, item: Item): LimitKey[] {
  const { provider } = item.chunk.claim;
  let keys = run.limitKeys.get(provider);
  if (keys === undefined) {
    const campaign: LimitKey = { level: "campaign", id: run.key };
    const id = `${routeKey(run).id}/${provider}`;
    keys = [node, workspaceKey(run), campaign, routeKey(run), { level: "route_provider", id }];
    run.limitKeys.set(provider, keys);
  }
  return keys;
}

function workspaceKey(run: Run): LimitKey {
  return { level: "workspace", id: run.parts.workspaceId };
}

/** Of the route and everything that uses it. */
export function routeKey(run: Run): LimitKey {
  const { route } = run.parts.pool;
  return { level: "route", id: `${route.workspaceId}/${route.id}` };
}

/** A limit in words, for the campaign's page. */
export function sentenceOf(boundBy: BoundBy, run: Run): string {
  const subject = subjectOf(boundBy, run);
  if (boundBy.kind === "suspended") {
    return `Sending through ${subject} is suspended: ${boundBy.reason}`;
  }
  if (boundBy.kind === "concurrency") {
    return boundBy.allowed < boundBy.configured
      ? `The server asked us to slow down: ${subject} sends ${boundBy.allowed} messages at once.`
      : `All connections of ${subject} are in use.`;
  }
  const rate = `${roundRate(boundBy.allowed)} messages a second`;
  return boundBy.allowed < boundBy.configured
    ? `The server asked us to slow down: ${subject} sends ${rate}.`
    : `Limited to ${rate} by ${subject}.`;
}

function subjectOf({ level, id }: BoundBy, run: Run): string {
  const route = `the route “${run.parts.pool.route.name}”`;
  switch (level) {
    case "node":
      return "this server";
    case "workspace":
      return "the workspace";
    case "campaign":
      return "the campaign";
    case "route":
      return route;
    case "route_provider":
    case "route_site":
      return `${route} to ${id.slice(id.lastIndexOf("/") + 1)}`;
  }
}

function roundRate(perSecond: number): number {
  return perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond);
}

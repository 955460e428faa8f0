import type { Connection } from "../../platform/db/driver.ts";
import { messageOf } from "../../platform/errors.ts";
import type { Caller } from "../../platform/workers/channel.ts";
import { because, type Reason } from "../../reasons/because.ts";
import { consentRule, frozenAudience } from "../consent.store.ts";
import type { MainMethods } from "../protocol.ts";
import { findContent } from "../queue/load.store.ts";
import { loadSigningKey, type SigningKey } from "../render/dkim.ts";
import type { CampaignContent, RouteChoice, RouteMember } from "../types.ts";
import type { Compiler } from "./compiler.ts";
import type { RoutePools } from "./route-pools.ts";
import { Run } from "./run.ts";
import type { Traffic } from "./traffic.ts";

/** Why a campaign cannot be sent as it is, for the user. */
export class CannotSend extends Error {
  override readonly name = "CannotSend";
  readonly why: Reason;

  constructor(why: Reason) {
    super(why.text);
    this.why = why;
  }
}

export type RunFactory = {
  main: Caller<MainMethods>;
  pools: RoutePools;
  traffic: Traffic;
  compiler: Compiler;
};

/**
 * Loads what a campaign needs: compiles its content, loads its routes with their secrets, and checks the DKIM key.
 *
 * @throws CannotSend with a sentence for the campaign's page.
 */
export async function makeRun(
  factory: RunFactory,
  database: () => Connection,
  workspaceId: string,
  campaignId: number,
): Promise<Run> {
  const launched = findContent(database(), campaignId);
  if (launched === undefined) {
    throw new CannotSend(because("never_launched"));
  }
  // Written by features/campaigns at launch, with this type, and never changed.
  const content = JSON.parse(launched.content) as CampaignContent;
  const routes = await routesOf(factory, workspaceId, launched);
  const key = routes.some(({ route }) => route.signDkim)
    ? await signingKeyOf(factory, workspaceId, content.domain)
    : undefined;
  const compiled = await factory.compiler.campaign(content, campaignId).catch((error: unknown) => {
    throw new CannotSend(because("message_unmakeable", { fault: messageOf(error) }));
  });
  return new Run({
    workspaceId,
    campaignId,
    launchedAt: launched.launchedAt ?? 0,
    spreadMinutes: launched.spreadMinutes ?? undefined,
    onAmbiguous: launched.onAmbiguous,
    total: launched.total,
    remaining: launched.remaining,
    compiled,
    consent: consentRule(frozenAudience(database(), campaignId)),
    routes: routes.map(({ route, position, weight }) => ({
      egress: factory.pools.get(route),
      position,
      weight,
      signingKey: route.signDkim ? key : undefined,
      hasDelivered: false,
      circuit: factory.traffic.circuitOf(route),
      cancellation: new AbortController(),
    })),
  });
}

/** @throws CannotSend when there is none. */
async function routesOf(
  { main }: RunFactory,
  workspaceId: string,
  { routeId, groupId }: RouteChoice,
): Promise<RouteMember[]> {
  const routes = await main.call("loadRoutes", { workspaceId, routeId, groupId });
  if (routes.length === 0) {
    throw new CannotSend(because(groupId === null ? "route_gone" : "routes_gone"));
  }
  return routes;
}

/** @throws CannotSend for an unusable key, because a message must not be sent unsigned by accident. */
async function signingKeyOf(
  { main }: RunFactory,
  workspaceId: string,
  domain: string,
): Promise<SigningKey | undefined> {
  const key = await main.call("loadDkimKey", { workspaceId, domain });
  try {
    return key === undefined ? undefined : loadSigningKey(key);
  } catch (error) {
    throw new CannotSend(because("dkim_key_unusable", { fault: messageOf(error) }));
  }
}

import type { Connection } from "../platform/db/driver.ts";
import type { Caller } from "../platform/workers/channel.ts";
import type { MainMethods } from "./delivery-methods.ts";
import { findContent } from "./queue/load.store.ts";
import { compileCampaign } from "./render/compile.ts";
import { loadSigningKey, type SigningKey } from "./render/dkim.ts";
import type { RoutePools } from "./route-pools.ts";
import { Run } from "./run.ts";
import type { TokenKeys } from "./tokens.ts";
import type { CampaignContent, Route } from "./types.ts";

/** A reason, for people, why a campaign cannot be sent as it is. */
export class CannotSend extends Error {
  override readonly name = "CannotSend";
}

export type RunFactory = {
  main: Caller<MainMethods>;
  pools: RoutePools;
  keys: TokenKeys;
};

/**
 * Gathers what a campaign needs to be sent: content compiled, route with its secrets, DKIM key tried.
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
    throw new CannotSend("The campaign has no content: it was never launched.");
  }
  // Written once at launch, by features/campaigns, as this type.
  const content = JSON.parse(launched.content) as CampaignContent;
  const route = await routeOf(factory, workspaceId, launched.routeId);
  const signingKey = await signingKeyOf(factory, workspaceId, content.domain, route);
  const compiled = await compileCampaign(content, { campaignId, keys: factory.keys }).catch(
    (error: unknown) => {
      throw new CannotSend(`The message cannot be made: ${messageOf(error)}`);
    },
  );
  return new Run({
    workspaceId,
    campaignId,
    launchedAt: launched.launchedAt ?? 0,
    remaining: launched.remaining,
    compiled,
    signingKey,
    pool: factory.pools.get(route),
  });
}

async function routeOf(
  { main }: RunFactory,
  workspaceId: string,
  routeId: number | null,
): Promise<Route> {
  const route =
    routeId === null ? undefined : await main.call("loadRoute", { workspaceId, routeId });
  if (route === undefined) {
    throw new CannotSend("The campaign's route was removed or switched off.");
  }
  return route;
}

/** @throws CannotSend for a key that cannot sign: a message is never sent unsigned by accident. */
async function signingKeyOf(
  { main }: RunFactory,
  workspaceId: string,
  domain: string,
  route: Route,
): Promise<SigningKey | undefined> {
  const key = route.signDkim ? await main.call("loadDkimKey", { workspaceId, domain }) : undefined;
  try {
    return key === undefined ? undefined : loadSigningKey(key);
  } catch (error) {
    throw new CannotSend(`The DKIM key cannot be used: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

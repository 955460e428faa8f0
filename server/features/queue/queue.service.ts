import { bottleneckAnswer } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because } from "../../platform/errors.ts";
import { spokenReason, storedBecause } from "../../reasons/because.ts";
import type { QueuePort } from "../ports.ts";
import type { InstanceQueue, LiveQueue, Suspend } from "./queue.schema.ts";
import { sendingCampaigns, workspaceName } from "./queue.store.ts";

const MINUTE_MS = 60_000;

/** The messages in progress of a workspace's campaigns, and how many each still has to send. */
export async function readQueue(
  port: QueuePort,
  db: Connection,
  workspaceId: string,
): Promise<LiveQueue> {
  const { campaigns, sites, routes, holds, ...snapshot } = await port.queue(workspaceId);
  const inHand = new Map(campaigns.map((entry) => [entry.campaignId, entry]));
  return {
    ...snapshot,
    sites: sites.map(spoken),
    routes: routes.map(spoken),
    holds: holds.map(spoken),
    campaigns: sendingCampaigns(db).map((row) => {
      const running = inHand.get(row.id);
      return {
        ...row,
        inHand: running?.inHand ?? 0,
        lookingUp: running?.lookingUp ?? 0,
        bottleneck: running?.bottleneck ? bottleneckAnswer(running.bottleneck, snapshot.at) : null,
      };
    }),
  };
}

/** An entry with the text of its stored reason. */
const spoken = <T extends { reason: string }>(entry: T) => ({
  ...entry,
  ...spokenReason(entry.reason),
});

/** The queue across workspaces: where mail waits, without campaigns or recipients. */
export async function readInstanceQueue(
  port: QueuePort,
  system: Connection,
): Promise<InstanceQueue> {
  const { at, trouble, sites, routes } = await port.queue(undefined);
  const named = <T extends { workspaceId: string; reason: string }>(entry: T) => ({
    ...spoken(entry),
    workspaceName: workspaceName(system, entry.workspaceId),
  });
  return { at, trouble, sites: sites.map(named), routes: routes.map(named) };
}

/**
 * Ends a suspension or reduced limit of the workspace now.
 *
 * @throws AppError `not_found` when there is none, or it belongs to another workspace.
 */
export async function resumeNow(
  port: QueuePort,
  workspaceId: string,
  { level, id }: { level: string; id: string },
): Promise<void> {
  requireOwn(workspaceId, id);
  if (!(await port.resumeLimit({ workspaceId, level, id }))) {
    throw new AppError("not_found", because("nothing_paused_there"));
  }
}

/**
 * Suspends sending to a destination. Only destinations that mail waits for or that are already suspended can be
 * named, because made-up names would otherwise be stored forever.
 *
 * @throws AppError `not_found` for any other name, or one of another workspace.
 */
export async function suspendFor(
  port: QueuePort,
  workspaceId: string,
  { level, id, minutes }: Suspend,
): Promise<void> {
  requireOwn(workspaceId, id);
  const { sites, holds } = await port.queue(workspaceId);
  const known = [...sites.map(({ limit }) => limit), ...holds];
  if (!known.some((limit) => limit.level === level && limit.id === id)) {
    throw new AppError("not_found", because("no_such_limit"));
  }
  const reason = storedBecause("paused_by_member");
  await port.suspendLimit({ workspaceId, level, id, forMs: minutes * MINUTE_MS, reason });
}

/** Ids of limits begin with the workspace's id. */
function requireOwn(workspaceId: string, id: string): void {
  if (id !== workspaceId && !id.startsWith(`${workspaceId}/`)) {
    throw new AppError("not_found", because("no_such_limit"));
  }
}

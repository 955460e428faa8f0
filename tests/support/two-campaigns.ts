import { waitFor } from "../../server/commands/demo/api-client.ts";
import type { ReadyWorkspace } from "../../server/commands/demo/seed.ts";
import { openConnection } from "../../server/platform/db/driver.ts";
import { type Counts, type Report, sendToNewPeople } from "./relay-campaign.ts";
import type { SeededBinary } from "./seeded-binary.ts";
import type { TcpSink } from "./tcp-sink.ts";

/** A campaign that runs in one of several workspaces of a built binary. */
export type RunningCampaign = { workspace: ReadyWorkspace; file: string; id: number };

/** Another workspace of the same organization, with its own sender. */
export async function newReadyWorkspace(
  { api, workspace }: SeededBinary,
  name: string,
): Promise<ReadyWorkspace> {
  const { organizationId } = await api.get<{ organizationId: string }>(workspace.path);
  const { id } = await api.post<{ id: string }>("/workspaces", {
    organizationId,
    name,
    timeZone: "UTC",
    postalAddress: "1 Test Street",
  });
  const path = `/workspaces/${id}`;
  const sender = await api.post<{ id: number }>(`${path}/senders`, {
    name,
    email: `news@${name.toLowerCase()}.test`,
  });
  return { id, path, senderId: sender.id, routeId: 0 };
}

/** Starts a campaign to this many new people over its own relay with this rate. */
export async function startSlowCampaign(
  { api, binary }: SeededBinary,
  workspace: ReadyWorkspace,
  way: { port: number; people: number; name: string; maxPerSecond: number },
): Promise<RunningCampaign> {
  const { id: routeId } = await api.post<{ id: number }>(`${workspace.path}/routes`, {
    name: `Relay ${way.name}`,
    kind: "relay",
    host: "127.0.0.1",
    port: way.port,
    security: "none",
    maxPerSecond: way.maxPerSecond,
  });
  const id = await sendToNewPeople(api, workspace, {
    routeId,
    people: way.people,
    name: way.name,
  });
  return { workspace, file: `${binary.dataDir}/t_${workspace.id}.db`, id };
}

/** A complete copy of a workspace's file as it is now. */
export function copyWorkspace({ file }: RunningCampaign, to: string): void {
  const db = openConnection(file);
  db.prepare("VACUUM INTO ?").run(to);
  db.close();
}

/** Waits until a workspace is set aside. Returns the reason. */
export async function untilSetAside({ api }: SeededBinary, id: string): Promise<string> {
  type Damage = { setAside: { workspaceId: string; reason: string }[] };
  const { setAside } = await waitFor(
    "the workspace to be set aside",
    () => api.get<Damage>("/instance/damage"),
    (report) => report.setAside.some(({ workspaceId }) => workspaceId === id),
    20_000,
  );
  return setAside.map(({ reason }) => reason).join();
}

/**
 * Requests a new check of the file, which must bring the workspace back. @throws Error with the finding.
 * @throws Error with what was found.
 */
export async function checkAgain({ api }: SeededBinary, id: string): Promise<void> {
  const said = await api.post<{ back: boolean; detail: string }>(
    `/instance/damage/workspaces/${id}/check`,
  );
  if (!said.back) {
    throw new Error(`the workspace is still set aside: ${said.detail}`);
  }
}

/** The report, rows and mail server's records of a completed campaign. */
export async function outcomeOf({ api }: SeededBinary, sink: TcpSink, campaign: RunningCampaign) {
  const path = `${campaign.workspace.path}/campaigns/${campaign.id}`;
  const { counts } = await waitFor(
    "the campaign",
    async () => {
      const { campaign: now, counts } = await api.get<Report>(`${path}/report`);
      return { status: now.status, reason: now.statusReason, counts };
    },
    ({ status }) => status === "completed",
    60_000,
  );
  return { counts, ...mailed(sink, campaign) };
}

function mailed(sink: TcpSink, { file, id }: RunningCampaign) {
  const copies = new Map<string, number>();
  for (const { address } of sink.arrived) {
    copies.set(address, (copies.get(address) ?? 0) + 1);
  }
  const twice = [...copies].filter(([, n]) => n > 1).map(([address]) => address);
  const db = openConnection(file);
  const listed = new Set(
    db
      .prepare<[number], { address: string }>(
        `SELECT m.address FROM attempt a JOIN message m ON m.campaign_id = a.campaign_id AND m.seq = a.seq
          WHERE a.campaign_id = ? AND a.outcome = 'ambiguous'`,
      )
      .all(id)
      .map(({ address }) => address),
  );
  // The counters, counted again from the rows.
  const accepted = db
    .prepare<[number], { n: number }>(
      "SELECT count(DISTINCT seq) AS n FROM attempt WHERE campaign_id = ? AND outcome = 'accepted'",
    )
    .get(id)?.n;
  const doubled = db
    .prepare<[number], { n: number }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM attempt WHERE campaign_id = ? AND outcome = 'accepted'
                                   GROUP BY seq HAVING count(*) > 1)`,
    )
    .get(id)?.n;
  db.close();
  return {
    receivers: copies.size,
    twice: twice.length,
    unlisted: twice.filter((address) => !listed.has(address)),
    accepted,
    doubled,
  };
}

export const allSent = (people: number): Counts => ({
  total: people,
  pending: 0,
  leased: 0,
  deferred: 0,
  held: 0,
  sent: people,
  bounced: 0,
  failed: 0,
  skipped: 0,
});

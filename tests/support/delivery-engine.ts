import type { DeliveryPorts } from "../../server/delivery/ports.ts";
import { bottleneckDetail } from "../../server/delivery/run/bottleneck-words.ts";
import { campaignCounts } from "../../server/delivery/stats/counts.store.ts";
import { type Delivery, startDelivery } from "../../server/delivery/threads/engine.ts";
import type { Route } from "../../server/delivery/types.ts";
import { loadKeyRing } from "../../server/platform/secrets.ts";
import { spokenReason } from "../../server/reasons/because.ts";
import type { DeliveryData } from "./delivery-data.ts";

type RouteRow = {
  id: number;
  name: string;
  host: string;
  port: number;
  max_connections: number;
  max_per_second: number | null;
};

/** Ports that read routes from the database, without secrets. */
export function plainPorts(data: DeliveryData): DeliveryPorts {
  return portsWith(data, (route) => route);
}

/** Like `plainPorts`, but changes each route. */
export function portsWith(data: DeliveryData, change: (route: Route) => Route): DeliveryPorts {
  const load = routeLoader(data);
  return {
    loadRoutes(workspaceId, { routeId, groupId }) {
      const ids =
        groupId === null
          ? [{ routeId: routeId ?? 0, position: 0, weight: 1 }]
          : data
              .db(workspaceId)
              .prepare<[number], { routeId: number; position: number; weight: number }>(
                "SELECT route_id AS routeId, position, weight FROM route_group_member WHERE group_id = ?",
              )
              .all(groupId);
      return ids.flatMap(({ routeId: id, position, weight }) => {
        const route = load(workspaceId, id);
        return route === undefined ? [] : [{ route: change(route), position, weight }];
      });
    },
    loadDkimKey: () => undefined,
  };
}

function routeLoader(data: DeliveryData) {
  return (workspaceId: string, routeId: number): Route | undefined => {
    const row = data
      .db(workspaceId)
      .prepare<[number], RouteRow>("SELECT * FROM route WHERE id = ? AND enabled = 1")
      .get(routeId);
    return (
      row && {
        id: row.id,
        workspaceId,
        name: row.name,
        kind: "relay",
        host: row.host,
        port: row.port,
        security: "none",
        verifyCertificate: false,
        username: "",
        password: "",
        maxConnections: row.max_connections,
        maxPerSecond: row.max_per_second ?? undefined,
        maxPerConnection: 1_000,
        signDkim: false,
      }
    );
  };
}

export function startTestDelivery(
  data: DeliveryData,
  ports = plainPorts(data),
  dnsServers?: readonly string[],
): Promise<Delivery> {
  loadKeyRing(data.dataDir);
  return startDelivery({
    dataDir: data.dataDir,
    ports,
    dnsServers,
    signerThreads: 1,
    onFatal: (reason) => {
      throw new Error(reason);
    },
  });
}

export type Status = { status: string; status_reason: string; recipient_total: number };

export function statusOf(data: DeliveryData, workspaceId: string, campaignId: number): Status {
  const row = data
    .db(workspaceId)
    .prepare<[number], Status>(
      "SELECT status, status_reason, recipient_total FROM campaign WHERE id = ?",
    )
    .get(campaignId);
  if (row === undefined) {
    throw new Error("no such campaign");
  }
  return { ...row, status_reason: spokenReason(row.status_reason).reason };
}

/** The counts now; throws if they do not add up to `total`. */
export function exactCounts(
  data: DeliveryData,
  workspaceId: string,
  campaignId: number,
  total?: number,
) {
  const counts = campaignCounts(data.db(workspaceId), campaignId, Date.now());
  const { pending, leased, deferred, held, sent, bounced, failed, skipped } = counts;
  const sum = pending + leased + deferred + held + sent + bounced + failed + skipped;
  if (sum !== counts.total || (total !== undefined && counts.total !== total)) {
    throw new Error(`the counts do not add up: ${JSON.stringify(counts)}`);
  }
  return counts;
}

/** Polls until `isDone`; rejects after `withinMs`. */
export async function until(isDone: () => boolean, what: string, withinMs = 20_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!isDone()) {
    if (performance.now() > giveUpAt) {
      throw new Error(`${what} did not happen within ${withinMs} ms`);
    }
    await Bun.sleep(10);
  }
}

/** The campaign's bottleneck in English; empty when there is none. */
export function bottleneckSaid(delivery: Delivery | undefined, ws: string, id: number): string {
  const bottleneck = delivery?.running(ws, id)?.bottleneck;
  return bottleneck ? bottleneckDetail(bottleneck, Date.now()) : "";
}

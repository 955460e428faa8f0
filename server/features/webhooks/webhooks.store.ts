import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";

export type WebhookRow = {
  generation: number;
  /** Encrypted; empty for none. */
  secret: string;
  topic: string;
  lastEventAt: number | null;
  lastFault: string;
  /** JSON: number of events by kind. */
  counts: string;
};

const selectWebhook = statement<[routeId: number], WebhookRow>(`
  SELECT generation, secret, topic, last_event_at AS lastEventAt, last_fault AS lastFault, counts
    FROM route_webhook
   WHERE route_id = ?
`);

const fresh: WebhookRow = {
  generation: 1,
  secret: "",
  topic: "",
  lastEventAt: null,
  lastFault: "",
  counts: "{}",
};

export function findWebhook(db: Connection, routeId: number): WebhookRow {
  return selectWebhook(db).get(routeId) ?? fresh;
}

const upsertWebhook = statement<[WebhookRow & { routeId: number }]>(`
  INSERT INTO route_webhook (route_id, generation, secret, topic, last_event_at, last_fault, counts)
  VALUES (@routeId, @generation, @secret, @topic, @lastEventAt, @lastFault, @counts)
  ON CONFLICT (route_id) DO UPDATE
     SET generation = excluded.generation, secret = excluded.secret, topic = excluded.topic,
         last_event_at = excluded.last_event_at, last_fault = excluded.last_fault,
         counts = excluded.counts
`);

/** Changes the given properties of a webhook. */
export function changeWebhook(db: Connection, routeId: number, change: Partial<WebhookRow>): void {
  inTransaction(db, () =>
    upsertWebhook(db).run({ ...findWebhook(db, routeId), ...change, routeId }),
  );
}

/** Adds to a webhook's counts. Does nothing when the route was deleted in the meantime. */
export function addCounts(
  db: Connection,
  routeId: number,
  news: { at: number; counts: ReadonlyMap<string, number>; fault: string },
): void {
  inTransaction(db, () => {
    if (selectPreset(db).get(routeId) === undefined) {
      return;
    }
    const row = findWebhook(db, routeId);
    const counts = JSON.parse(row.counts) as Record<string, number>;
    for (const [kind, n] of news.counts) {
      counts[kind] = (counts[kind] ?? 0) + n;
    }
    upsertWebhook(db).run({
      ...row,
      routeId,
      lastEventAt: news.counts.size > 0 ? news.at : row.lastEventAt,
      lastFault: news.fault,
      counts: JSON.stringify(counts),
    });
  });
}

const selectPreset = statement<[routeId: number], { preset: string }>(
  "SELECT preset FROM route WHERE id = ?",
);

/** The provider of a route; undefined when the route was deleted. */
export function findPresetOf(db: Connection, routeId: number): string | undefined {
  return selectPreset(db).get(routeId)?.preset;
}

const selectWorkspace = statement<[number: number], { id: string }>(
  "SELECT id FROM workspace WHERE number = ? AND status <> 'deleting'",
);

export function findWorkspaceByNumber(system: Connection, number: number): string | undefined {
  return selectWorkspace(system).get(number)?.id;
}

const selectMessage = statement<
  [campaignId: number, seq: number],
  { address: string; changedAt: number | null }
>("SELECT address, changed_at AS changedAt FROM message WHERE campaign_id = ? AND seq = ?");

export function findMessage(
  db: Connection,
  campaignId: number,
  seq: number,
): { address: string; changedAt: number | null } | undefined {
  return selectMessage(db).get(campaignId, seq);
}

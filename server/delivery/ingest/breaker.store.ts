import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type Results = { sent: number; bounced: number; failed: number; deferred: number };

const selectResults = statement<[campaignId: number], Results>(`
  SELECT ifnull(sum(sent), 0) AS sent, ifnull(sum(bounced), 0) AS bounced,
         ifnull(sum(failed), 0) AS failed, ifnull(sum(deferred), 0) AS deferred
    FROM campaign LEFT JOIN chunk ON chunk.campaign_id = campaign.id
   WHERE campaign.id = ? AND campaign.status = 'sending'
   GROUP BY campaign.id
`);

/** A campaign's results so far; undefined unless its status is `sending`. */
export function resultsWhileSending(db: Connection, campaignId: number): Results | undefined {
  return selectResults(db).get(campaignId);
}

const countReasons = statement<[campaignId: number, reasons: string], { n: number }>(`
  SELECT count(*) AS n
    FROM message INDEXED BY message_exception
   WHERE campaign_id = ? AND state IN (1, 4, 5) AND state NOT IN (0, 3)
     AND reason IN (SELECT value FROM json_each(?))
`);

/** Number of deferred, bounced and failed messages with one of these reasons. */
export function countFor(db: Connection, campaignId: number, reasons: readonly string[]): number {
  return countReasons(db).get(campaignId, JSON.stringify(reasons))?.n ?? 0;
}

const selectComplaints = statement<[campaignId: number], { n: number }>(`
  SELECT n FROM campaign_count WHERE campaign_id = ? AND metric = 'complaint' AND bucket = 0
`);

export function complaintsOf(db: Connection, campaignId: number): number {
  return selectComplaints(db).get(campaignId)?.n ?? 0;
}

const selectTripped = statement<[campaignId: number, kind: string], { percent: number }>(`
  SELECT percent FROM campaign_breaker WHERE campaign_id = ? AND kind = ?
`);

/** The rate, in percent, at which this breaker last paused the campaign; 0 = never. */
export function trippedAt(db: Connection, campaignId: number, kind: string): number {
  return selectTripped(db).get(campaignId, kind)?.percent ?? 0;
}

const upsertTripped = statement<[campaignId: number, kind: string, percent: number]>(`
  INSERT INTO campaign_breaker (campaign_id, kind, percent) VALUES (?, ?, ?)
      ON CONFLICT (campaign_id, kind) DO UPDATE SET percent = excluded.percent
`);
const startPause = statement<[reason: string, now: number, campaignId: number]>(`
  UPDATE campaign SET status = 'pausing', status_reason = ?, updated_at = ?
   WHERE id = ? AND status = 'sending'
`);

/** Begins a pause and records the rate that caused it. */
export function pauseFor(
  db: Connection,
  campaignId: number,
  trip: { kind: string; percent: number; reason: string },
  now: number,
): void {
  upsertTripped(db).run(campaignId, trip.kind, trip.percent);
  startPause(db).run(trip.reason, now, campaignId);
}

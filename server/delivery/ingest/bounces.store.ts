import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { messageState } from "../types.ts";

export type BounceReport = {
  campaignId: number;
  seq: number;
  at: number;
  via: string;
  action: "failed" | "delayed" | "complaint";
  category: string;
  code: number;
  enhanced: string;
  reply: string;
  address: string;
};

const insertReport = statement<[BounceReport]>(`
  INSERT INTO bounce_report (campaign_id, seq, at, via, action, category, code, enhanced, reply, address)
  VALUES (@campaignId, @seq, @at, @via, @action, @category, @code, @enhanced, @reply, @address)
`);

export function addReport(db: Connection, report: BounceReport): void {
  insertReport(db).run(report);
}

const countReports = statement<
  [{ campaignId: number; seq: number }],
  { total: number; failed: number; complaints: number }
>(`
  SELECT count(*) AS total, count(*) FILTER (WHERE action = 'failed') AS failed,
         count(*) FILTER (WHERE action = 'complaint') AS complaints
    FROM bounce_report
   WHERE campaign_id = @campaignId AND seq = @seq
     AND at >= ifnull((SELECT since FROM message_run
                        WHERE campaign_id = @campaignId AND seq = @seq), 0)
`);

/** Number of reports about a message since its current run began. */
export function reportsOf(db: Connection, campaignId: number, seq: number) {
  return countReports(db).get({ campaignId, seq }) ?? { total: 0, failed: 0, complaints: 0 };
}

const bounceMessage = statement<[reason: string, at: number, campaignId: number, seq: number]>(`
  UPDATE message
     SET state = ${messageState.bounced}, reason = ?, changed_at = ?
   WHERE campaign_id = ? AND seq = ?
`);

/** Moves a sent message to `bounced`. */
export function markBounced(
  db: Connection,
  message: { campaignId: number; seq: number; category: string; at: number },
): void {
  bounceMessage(db).run(message.category, message.at, message.campaignId, message.seq);
}

const EARLY = "bounce:";

const setReason = statement<[reason: string, campaignId: number, seq: number]>(`
  UPDATE message SET reason = ? WHERE campaign_id = ? AND seq = ?
`);

/**
 * Marks a bounce that arrived before the result of its own attempt, which is possible because the two come in different
 * streams. `applyResult` finds the mark in the row it reads anyway.
 */
export function markEarlyBounce(
  db: Connection,
  message: { campaignId: number; seq: number; category: string },
): void {
  setReason(db).run(`${EARLY}${message.category}`, message.campaignId, message.seq);
}

/** The category that `markEarlyBounce` recorded; undefined when there is none. */
export function earlyBounceCategory(reason: string): string | undefined {
  return reason.startsWith(EARLY) ? reason.slice(EARLY.length) : undefined;
}

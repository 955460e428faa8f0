import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { EngagementClass } from "../ports.ts";

export type NewEvent = {
  at: number;
  kind: "open" | "click" | "view" | "unsubscribe" | "bounce" | "complaint";
  campaignId: number;
  seq: number;
  contactId: number;
  linkNo: number | null;
  class: EngagementClass;
  rule: string;
  ip: string;
  agentId: number;
};

const insertEvent = statement<[NewEvent]>(`
  INSERT INTO event (at, kind, campaign_id, seq, contact_id, link_no, class, rule, ip, agent_id)
  VALUES (@at, @kind, @campaignId, @seq, @contactId, @linkNo, @class, @rule, @ip, @agentId)
`);

export function addEvent(db: Connection, event: NewEvent): void {
  insertEvent(db).run(event);
}

const upsertEngagement = statement<
  [campaignId: number, seq: number, metric: string, at: number],
  { n: number }
>(`
  INSERT INTO engagement (campaign_id, seq, metric, first_at, n) VALUES (?, ?, ?, ?, 1)
      ON CONFLICT (campaign_id, seq, metric) DO UPDATE
     SET n = n + 1, first_at = min(first_at, excluded.first_at)
  RETURNING n
`);

/** @returns true when it is the first of this metric for this message. */
export function countEngagement(
  db: Connection,
  campaignId: number,
  seq: number,
  metric: string,
  at: number,
): boolean {
  return upsertEngagement(db).get(campaignId, seq, metric, at)?.n === 1;
}

const upsertLink = statement<[campaignId: number, linkNo: number, group: string, unique: number]>(`
  INSERT INTO link_count (campaign_id, link_no, class_group, clicks, unique_clicks) VALUES (?, ?, ?, 1, ?)
      ON CONFLICT (campaign_id, link_no, class_group) DO UPDATE
     SET clicks = clicks + 1, unique_clicks = unique_clicks + excluded.unique_clicks
`);

export function countLink(
  db: Connection,
  campaignId: number,
  linkNo: number,
  group: "human" | "machine",
  isFirst: boolean,
): void {
  upsertLink(db).run(campaignId, linkNo, group, isFirst ? 1 : 0);
}

const selectBurst = statement<
  [campaignId: number, seq: number, since: number, until: number, linkNo: number],
  { n: number }
>(`
  SELECT count(DISTINCT link_no) AS n
    FROM event
   WHERE campaign_id = ? AND seq = ? AND kind = 'click' AND at BETWEEN ? AND ? AND link_no <> ?
`);

const BURST_MS = 3_000;

/** Number of distinct links of the message requested in the three seconds up to `at`, including `linkNo`. */
export function linksInBurst(
  db: Connection,
  campaignId: number,
  seq: number,
  linkNo: number,
  at: number,
): number {
  return (selectBurst(db).get(campaignId, seq, at - BURST_MS, at, linkNo)?.n ?? 0) + 1;
}

const insertAgent = statement<[value: string]>(`
  INSERT INTO user_agent (value) VALUES (?) ON CONFLICT (value) DO NOTHING
`);
const selectAgent = statement<[value: string], { id: number }>(`
  SELECT id FROM user_agent WHERE value = ?
`);

const MAX_AGENT = 400;

/** The id of a user agent string; 0 for an empty one. */
export function agentId(db: Connection, userAgent: string): number {
  const value = userAgent.slice(0, MAX_AGENT);
  if (value === "") {
    return 0;
  }
  const found = selectAgent(db).get(value);
  if (found !== undefined) {
    return found.id;
  }
  return Number(insertAgent(db).run(value).lastInsertRowid);
}

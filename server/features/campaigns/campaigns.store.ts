import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction, statement } from "../../platform/db/statements.ts";
import type { CampaignStatus } from "./campaigns.rules.ts";

/** A campaign as stored: `audience` is JSON, flags are 0 or 1. */
export type CampaignRow = {
  id: number;
  name: string;
  status: CampaignStatus;
  statusReason: string;
  subject: string;
  preheader: string;
  senderId: number | null;
  replyTo: string;
  routeId: number | null;
  /** Set instead of `routeId`. */
  routeGroupId: number | null;
  /** Minutes over which the campaign is spread evenly; null sends as fast as limits allow. */
  spreadMinutes: number | null;
  onAmbiguous: "resend" | "hold";
  bodyKind: "mjml" | "html";
  bodySource: string;
  textSource: string | null;
  audience: string;
  trackOpens: number;
  trackClicks: number;
  scheduledAt: number | null;
  version: number;
  recipientTotal: number;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
  launchedAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
};

/** The properties that people edit. */
export type CampaignDocument = Pick<
  CampaignRow,
  | "name"
  | "subject"
  | "preheader"
  | "senderId"
  | "replyTo"
  | "routeId"
  | "routeGroupId"
  | "spreadMinutes"
  | "onAmbiguous"
  | "bodyKind"
  | "bodySource"
  | "textSource"
  | "audience"
  | "trackOpens"
  | "trackClicks"
>;

export type CampaignListRow = Pick<
  CampaignRow,
  | "id"
  | "name"
  | "status"
  | "statusReason"
  | "subject"
  | "scheduledAt"
  | "recipientTotal"
  | "createdAt"
  | "updatedAt"
  | "launchedAt"
  | "startedAt"
  | "finishedAt"
> & { sent: number; opened: number; clicked: number };

const summaryColumns = `
  id, name, status, status_reason AS statusReason, subject, scheduled_at AS scheduledAt,
  recipient_total AS recipientTotal, created_at AS createdAt, updated_at AS updatedAt,
  launched_at AS launchedAt, started_at AS startedAt, finished_at AS finishedAt`;

const selectOne = statement<[id: number], CampaignRow>(`
  SELECT ${summaryColumns}, preheader, sender_id AS senderId, reply_to AS replyTo,
         route_id AS routeId, route_group_id AS routeGroupId, spread_minutes AS spreadMinutes,
         COALESCE(on_ambiguous, 'resend') AS onAmbiguous,
         body_kind AS bodyKind, body_source AS bodySource,
         text_source AS textSource, audience, track_opens AS trackOpens,
         track_clicks AS trackClicks, version, created_by AS createdBy
    FROM campaign
    LEFT JOIN campaign_sending ON campaign_id = id
   WHERE id = ? AND deleted_at IS NULL
`);

const countOf = (metric: string) => `
  COALESCE((SELECT n FROM campaign_count
             WHERE campaign_id = campaign.id AND metric = '${metric}' AND bucket = 0), 0)`;

type PageQuery = { before: number; limit: number; status: string; pattern: string };

const selectPage = statement<[PageQuery], CampaignListRow>(`
  SELECT ${summaryColumns}, ${countOf("sent")} AS sent,
         ${countOf("open_human_unique")} AS opened, ${countOf("click_human_unique")} AS clicked
    FROM campaign
   WHERE id < @before AND deleted_at IS NULL
     AND (@status = '' OR status = @status)
     AND (@pattern = '' OR name LIKE @pattern ESCAPE '\\' OR subject LIKE @pattern ESCAPE '\\')
   ORDER BY id DESC
   LIMIT @limit
`);

const selectNamed = statement<[name: string], { n: number }>(
  "SELECT count(*) AS n FROM campaign WHERE name = ? AND deleted_at IS NULL",
);

const insertCampaign = statement<[CampaignDocument & { createdBy: string; now: number }]>(`
  INSERT INTO campaign (name, subject, preheader, sender_id, reply_to, route_id, body_kind,
                        body_source, text_source, audience, track_opens, track_clicks,
                        created_by, created_at, updated_at)
  VALUES (@name, @subject, @preheader, @senderId, @replyTo, @routeId, @bodyKind,
          @bodySource, @textSource, @audience, @trackOpens, @trackClicks,
          @createdBy, @now, @now)
`);

// Version and status are part of the WHERE clause, so that when two people save at the same time, the second one gets
// an error.
const updateDocument = statement<
  [CampaignDocument & { id: number; version: number; status: CampaignStatus; now: number }]
>(`
  UPDATE campaign
     SET name = @name, subject = @subject, preheader = @preheader, sender_id = @senderId,
         reply_to = @replyTo, route_id = @routeId, body_kind = @bodyKind,
         body_source = @bodySource, text_source = @textSource, audience = @audience,
         track_opens = @trackOpens, track_clicks = @trackClicks,
         version = version + 1, updated_at = @now
   WHERE id = @id AND version = @version AND status = @status AND deleted_at IS NULL
`);

type Sending = Pick<CampaignRow, "routeGroupId" | "spreadMinutes" | "onAmbiguous">;

const upsertSending = statement<[Sending & { id: number }]>(`
  INSERT INTO campaign_sending (campaign_id, route_group_id, spread_minutes, on_ambiguous)
  VALUES (@id, @routeGroupId, @spreadMinutes, @onAmbiguous)
  ON CONFLICT (campaign_id) DO UPDATE
     SET route_group_id = excluded.route_group_id, spread_minutes = excluded.spread_minutes,
         on_ambiguous = excluded.on_ambiguous
`);

const moveStatus = statement<
  [{ id: number; from: CampaignStatus; to: CampaignStatus; reason: string; now: number }]
>(`
  UPDATE campaign
     SET status = @to, status_reason = @reason, updated_at = @now,
         scheduled_at = CASE WHEN @to = 'draft' THEN NULL ELSE scheduled_at END,
         finished_at = CASE WHEN @to = 'cancelled' THEN @now ELSE finished_at END
   WHERE id = @id AND status = @from AND deleted_at IS NULL
`);

const setScheduledAt = statement<[{ id: number; at: number }]>(`
  UPDATE campaign
     SET scheduled_at = @at
   WHERE id = @id
`);

const setLaunchedAt = statement<[{ id: number; at: number }]>(`
  UPDATE campaign
     SET launched_at = @at
   WHERE id = @id
`);

const upsertContent = statement<[{ campaignId: number; content: string }]>(`
  INSERT INTO campaign_content (campaign_id, content)
  VALUES (@campaignId, @content)
  ON CONFLICT (campaign_id) DO UPDATE SET content = excluded.content
`);

const selectContent = statement<[id: number], { content: string }>(`
  SELECT content
    FROM campaign_content
   WHERE campaign_id = ?
`);

const clearLinks = statement<[id: number]>("DELETE FROM campaign_link WHERE campaign_id = ?");
const insertLink = statement<[{ campaignId: number; linkNo: number; url: string }]>(`
  INSERT INTO campaign_link (campaign_id, link_no, url)
  VALUES (@campaignId, @linkNo, @url)
`);

const markDeleted = statement<[{ id: number; now: number }]>(`
  UPDATE campaign
     SET deleted_at = @now
   WHERE id = @id AND deleted_at IS NULL AND status IN ('draft', 'completed', 'cancelled')
`);

export const findCampaign = (db: Connection, id: number): CampaignRow | undefined =>
  selectOne(db).get(id);

/** Campaigns with ids below `before`, newest first; empty `status` and `pattern` mean all. */
export const listCampaignRows = (db: Connection, query: PageQuery): CampaignListRow[] =>
  selectPage(db).all(query);

/** True when a campaign of the workspace has the name. */
export function isNameTaken(db: Connection, name: string): boolean {
  return (selectNamed(db).get(name)?.n ?? 0) > 0;
}

/** Returns the new campaign's id. */
export function addCampaign(
  db: Connection,
  campaign: CampaignDocument & { createdBy: string; now: number },
): number {
  return inTransaction(db, () => {
    const id = Number(insertCampaign(db).run(campaign).lastInsertRowid);
    storeSending(db, id, campaign);
    return id;
  });
}

/** False, without a change, when the version or status is no longer the given one. */
export function replaceDocument(
  db: Connection,
  change: CampaignDocument & { id: number; version: number; status: CampaignStatus; now: number },
): boolean {
  return inTransaction(db, () => {
    const isChanged = updateDocument(db).run(change).changes === 1;
    if (isChanged) {
      storeSending(db, change.id, change);
    }
    return isChanged;
  });
}

function storeSending(db: Connection, id: number, sending: Sending): void {
  const { routeGroupId, spreadMinutes, onAmbiguous } = sending;
  upsertSending(db).run({ id, routeGroupId, spreadMinutes, onAmbiguous });
}

/** False, without a change, when the campaign no longer has status `from`. */
export function moveCampaign(
  db: Connection,
  move: { id: number; from: CampaignStatus; to: CampaignStatus; reason: string; now: number },
): boolean {
  return moveStatus(db).run(move).changes === 1;
}

export function storeScheduledAt(db: Connection, id: number, at: number): void {
  setScheduledAt(db).run({ id, at });
}

const upsertAudience = statement<[campaignId: number, audience: string]>(`
  INSERT INTO campaign_audience (campaign_id, audience) VALUES (?, ?)
  ON CONFLICT (campaign_id) DO UPDATE SET audience = excluded.audience
`);

/** Stores the audience with its segments compiled. @param audience JSON: AudienceDefinition. */
export function storeAudience(db: Connection, campaignId: number, audience: string): void {
  upsertAudience(db).run(campaignId, audience);
}

const selectAudiences = statement<[], { campaignId: number; audience: string }>(
  "SELECT campaign_id AS campaignId, audience FROM campaign_audience WHERE instr(audience, '@') > 0",
);

/** Audiences of launched campaigns whose segments contain parameters. */
export const frozenAudiences = (db: Connection) => selectAudiences(db).all();

/** Stores the content a campaign is sent with, and its links numbered from 1. */
export function storeContent(
  db: Connection,
  input: { campaignId: number; content: string; links: string[]; now: number },
): void {
  const { campaignId, content, links, now } = input;
  setLaunchedAt(db).run({ id: campaignId, at: now });
  upsertContent(db).run({ campaignId, content });
  clearLinks(db).run(campaignId);
  for (const [index, url] of links.entries()) {
    insertLink(db).run({ campaignId, linkNo: index + 1, url });
  }
}

/** JSON of CampaignContent; undefined before the launch. */
export const findContent = (db: Connection, campaignId: number): string | undefined =>
  selectContent(db).get(campaignId)?.content;

/** False unless the campaign was a draft or finished. */
export const markCampaignDeleted = (db: Connection, id: number, now: number): boolean =>
  markDeleted(db).run({ id, now }).changes === 1;

const selectMissingList = statement<[ids: string], { id: number }>(`
  SELECT wanted.value AS id
    FROM json_each(?) AS wanted
   WHERE NOT EXISTS (SELECT 1 FROM list WHERE list.id = wanted.value AND NOT is_going)
   LIMIT 1
`);

/** The first of the ids for which no list exists. */
export const findMissingList = (db: Connection, ids: number[]): number | undefined =>
  selectMissingList(db).get(JSON.stringify(ids))?.id;

const selectNextDue = statement<[campaignId: number], { at: number | null }>(
  "SELECT min(next_due) AS at FROM chunk WHERE campaign_id = ? AND deferred > 0",
);

/** Unix ms at which the first deferred message is due; null when there is none. */
export const nextDueAt = (db: Connection, campaignId: number): number | null =>
  selectNextDue(db).get(campaignId)?.at ?? null;

// Reads one chunk of at most 1,000 rows in key order, because the HTTP thread runs this once a second.
const selectDeferredReasons = statement<[{ campaignId: number }], { reason: string }>(`
  WITH next AS (
    SELECT first_seq, last_seq FROM chunk
     WHERE campaign_id = @campaignId AND deferred > 0
     ORDER BY next_due
     LIMIT 1
  )
  SELECT DISTINCT reason
    FROM next JOIN message ON campaign_id = @campaignId AND seq BETWEEN first_seq AND last_seq
   WHERE state = 1
`);

/** The distinct reasons why the deferred messages that are due first are waiting. */
export const deferredReasons = (db: Connection, campaignId: number): string[] =>
  selectDeferredReasons(db)
    .all({ campaignId })
    .map(({ reason }) => reason);

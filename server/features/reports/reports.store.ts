import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { RecipientStory } from "./reports.schema.ts";

export type CampaignHead = {
  id: number;
  name: string;
  subject: string;
  status: string;
  statusReason: string;
  launchedAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
};

const selectCampaignHead = statement<[id: number], CampaignHead>(`
  SELECT id, name, subject, status, status_reason AS statusReason,
         launched_at AS launchedAt, started_at AS startedAt, finished_at AS finishedAt
    FROM campaign
   WHERE id = ? AND deleted_at IS NULL
`);

const selectTotals = statement<[campaignId: number], { metric: string; n: number }>(`
  SELECT metric, n
    FROM campaign_count
   WHERE campaign_id = ? AND bucket = 0
`);

// Uses the remainder because it is an integer in SQLite; a quotient is not, since the driver binds every number as a
// float. The primary key begins with campaign and metric, so each metric is one range of the index.
const selectBuckets = statement<
  [{ campaignId: number; metric: string; bucketMs: number }],
  { at: number; n: number }
>(`
  SELECT bucket - bucket % @bucketMs AS at, sum(n) AS n
    FROM campaign_count
   WHERE campaign_id = @campaignId AND metric = @metric AND bucket > 0
   GROUP BY at
   ORDER BY at
`);

const selectSpan = statement<
  [{ campaignId: number; metric: string }],
  { first: number | null; last: number | null }
>(`
  SELECT min(bucket) AS first, max(bucket) AS last
    FROM campaign_count
   WHERE campaign_id = @campaignId AND metric = @metric AND bucket > 0
`);

const selectReasons = statement<
  [campaignId: number],
  { state: number; reason: string; count: number }
>(`
  SELECT state, reason, count(*) AS count
    FROM message
   WHERE campaign_id = ? AND state NOT IN (0, 3)
   GROUP BY state, reason
   ORDER BY count DESC, state, reason
   LIMIT 100
`);

// Counted when a reply was lost, whether the message is now waiting, held, or was sent again.
const countAmbiguous = statement<[campaignId: number], { n: number }>(`
  SELECT count(DISTINCT seq) AS n
    FROM attempt INDEXED BY attempt_ambiguous
   WHERE campaign_id = ? AND outcome = 'ambiguous'
`);

const selectLinks = statement<
  [campaignId: number],
  {
    linkNo: number;
    url: string;
    humanClicks: number;
    humanUnique: number;
    machineClicks: number;
    machineUnique: number;
  }
>(`
  SELECT l.link_no AS linkNo, l.url,
         coalesce(h.clicks, 0) AS humanClicks, coalesce(h.unique_clicks, 0) AS humanUnique,
         coalesce(m.clicks, 0) AS machineClicks, coalesce(m.unique_clicks, 0) AS machineUnique
    FROM campaign_link l
    LEFT JOIN link_count h
      ON h.campaign_id = l.campaign_id AND h.link_no = l.link_no AND h.class_group = 'human'
    LEFT JOIN link_count m
      ON m.campaign_id = l.campaign_id AND m.link_no = l.link_no AND m.class_group = 'machine'
   WHERE l.campaign_id = ?
   ORDER BY humanUnique DESC, humanClicks DESC, l.link_no
`);

export type RecipientRow = {
  seq: number;
  contactId: number;
  address: string;
  state: number;
  reason: string;
  attempts: number;
  dueAt: number | null;
  changedAt: number | null;
};

const RECIPIENT = `m.seq, m.contact_id AS contactId, m.address, m.state, m.reason, m.attempts,
         m.due_at AS dueAt, m.changed_at AS changedAt`;

type RecipientSearch = {
  campaignId: number;
  after: number;
  state: number;
  reason: string;
  limit: number;
};

const selectRecipients = statement<[RecipientSearch], RecipientRow>(`
  SELECT ${RECIPIENT}
    FROM message m
   WHERE m.campaign_id = @campaignId AND m.seq > @after
   ORDER BY m.seq
   LIMIT @limit
`);

const selectExceptions = statement<[RecipientSearch], RecipientRow>(`
  SELECT ${RECIPIENT}
    FROM message m INDEXED BY message_exception
   WHERE m.campaign_id = @campaignId AND m.state = @state AND m.state NOT IN (0, 3)
     AND m.reason = @reason AND m.seq > @after
   ORDER BY m.seq
   LIMIT @limit
`);

const selectAmbiguous = statement<[RecipientSearch], RecipientRow>(`
  SELECT DISTINCT ${RECIPIENT}
    FROM attempt a INDEXED BY attempt_ambiguous
   CROSS JOIN message m ON m.campaign_id = a.campaign_id AND m.seq = a.seq
   WHERE a.campaign_id = @campaignId AND a.outcome = 'ambiguous' AND a.seq > @after
   ORDER BY a.seq
   LIMIT @limit
`);

const selectWithReason = statement<[RecipientSearch], RecipientRow>(`
  SELECT ${RECIPIENT}
    FROM message m INDEXED BY message_exception
   WHERE m.campaign_id = @campaignId AND m.state IN (1, 2, 4, 5, 6) AND m.state NOT IN (0, 3)
     AND m.reason = @reason AND m.seq > @after
   ORDER BY m.seq
   LIMIT @limit
`);

// Chunks record which of them contain the status at all, so the last ten pending messages of a million are found
// quickly.
const selectOfState = (counter: string) =>
  statement<[RecipientSearch], RecipientRow>(`
  SELECT ${RECIPIENT}
    FROM chunk c
   CROSS JOIN message m
      ON m.campaign_id = c.campaign_id AND m.seq BETWEEN c.first_seq AND c.last_seq
   WHERE c.campaign_id = @campaignId AND c.${counter} > 0 AND c.last_seq > @after
     AND m.seq > @after AND m.state = @state
   ORDER BY c.chunk_no, m.seq
   LIMIT @limit
`);

const byState = [
  selectOfState("pending"),
  selectOfState("deferred"),
  selectOfState("held"),
  selectOfState("sent"),
  selectOfState("bounced"),
  selectOfState("failed"),
  selectOfState("skipped"),
];

const selectByAddress = statement<
  [{ campaignId: number; from: string; to: string; after: string; limit: number }],
  RecipientRow
>(`
  SELECT ${RECIPIENT}
    FROM contact k
   CROSS JOIN message m ON m.contact_id = k.id AND m.campaign_id = @campaignId
   WHERE k.address >= @from AND k.address < @to AND k.address > @after
   ORDER BY k.address
   LIMIT @limit
`);

const selectRecipient = statement<
  [campaignId: number, seq: number],
  RecipientRow & { provider: string }
>(`
  SELECT ${RECIPIENT},
         coalesce((SELECT c.provider FROM chunk c
                    WHERE c.campaign_id = m.campaign_id
                      AND m.seq BETWEEN c.first_seq AND c.last_seq), '') AS provider
    FROM message m
   WHERE m.campaign_id = ? AND m.seq = ?
`);

export type AttemptRow = {
  at: number;
  outcome: string;
  category: string;
  stage: string;
  code: number;
  enhanced: string;
  reply: string;
  host: string;
  routeName: string;
  durationMs: number;
};

const selectAttempts = statement<[campaignId: number, seq: number], AttemptRow>(`
  SELECT a.at, a.outcome, a.category, a.stage, a.code, a.enhanced, a.reply, a.host,
         coalesce(r.name, '') AS routeName, a.duration_ms AS durationMs
    FROM attempt a
    LEFT JOIN route r ON r.id = a.route_id
   WHERE a.campaign_id = ? AND a.seq = ?
   ORDER BY a.id
   LIMIT 200
`);

export type EventRow = RecipientStory["events"][number];

const selectEvents = statement<[campaignId: number, seq: number], EventRow>(`
  SELECT e.at, e.kind, e.class, e.rule, l.url, e.ip, coalesce(u.value, '') AS userAgent
    FROM event e
    LEFT JOIN campaign_link l ON l.campaign_id = e.campaign_id AND l.link_no = e.link_no
    LEFT JOIN user_agent u ON u.id = e.agent_id
   WHERE e.campaign_id = ? AND e.seq = ?
   ORDER BY e.id
   LIMIT 500
`);

const selectSuppression = statement<
  [address: string],
  { reason: string; source: string; createdAt: number }
>(`
  SELECT reason, source, created_at AS createdAt
    FROM suppression
   WHERE address = ?
`);

export const findCampaignHead = (db: Connection, id: number) => selectCampaignHead(db).get(id);

/** All counters of a campaign by name. */
export function findTotals(db: Connection, campaignId: number): Map<string, number> {
  return new Map(
    selectTotals(db)
      .all(campaignId)
      .map((row) => [row.metric, row.n]),
  );
}

export const findBuckets = (db: Connection, campaignId: number, metric: string, bucketMs: number) =>
  selectBuckets(db).all({ campaignId, metric, bucketMs });

export const findSpan = (db: Connection, campaignId: number, metric: string) =>
  selectSpan(db).get({ campaignId, metric });

export const findReasons = (db: Connection, campaignId: number) =>
  selectReasons(db).all(campaignId);

export const findAmbiguousCount = (db: Connection, campaignId: number): number =>
  countAmbiguous(db).get(campaignId)?.n ?? 0;

export const findLinkClicks = (db: Connection, campaignId: number) =>
  selectLinks(db).all(campaignId);

export const findRecipients = (db: Connection, campaignId: number, after: number, limit: number) =>
  selectRecipients(db).all({ campaignId, after, limit, state: 0, reason: "" });

/** Recipients with one status, in order of seq; with `reason`, only those with that reason. */
export function findRecipientsInState(
  db: Connection,
  search: Omit<RecipientSearch, "reason"> & { reason: string | undefined },
): RecipientRow[] {
  const { reason } = search;
  if (reason !== undefined) {
    return selectExceptions(db).all({ ...search, reason });
  }
  return byState[search.state]?.(db).all({ ...search, reason: "" }) ?? [];
}

/**
 * Recipients of any status with this reason; "ambiguous" means all whose reply was ever lost, as the report counts
 * them.
 */
export const findRecipientsWithReason = (
  db: Connection,
  search: Omit<RecipientSearch, "state">,
): RecipientRow[] =>
  (search.reason === "ambiguous" ? selectAmbiguous : selectWithReason)(db).all({
    ...search,
    state: 0,
  });

/** Recipients whose address begins with `prefix`, in order of address. */
export const findRecipientsByAddress = (
  db: Connection,
  search: { campaignId: number; prefix: string; after: string; limit: number },
) =>
  selectByAddress(db).all({
    campaignId: search.campaignId,
    from: search.prefix,
    to: `${search.prefix}\u{10ffff}`,
    after: search.after,
    limit: search.limit,
  });

export const findRecipient = (db: Connection, campaignId: number, seq: number) =>
  selectRecipient(db).get(campaignId, seq);

export const findAttempts = (db: Connection, campaignId: number, seq: number) =>
  selectAttempts(db).all(campaignId, seq);

export const findEvents = (db: Connection, campaignId: number, seq: number) =>
  selectEvents(db).all(campaignId, seq);

export const findSuppression = (db: Connection, address: string) =>
  selectSuppression(db).get(address);

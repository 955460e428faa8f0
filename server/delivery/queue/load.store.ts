import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { ConsentRefusal, ConsentRule, IsBlocked } from "../consent.store.ts";
import type { Recipient } from "../types.ts";

type LoadedRow = {
  seq: number;
  contactId: number;
  address: string;
  attempts: number;
  reason: string;
  run: number;
  email: string | null;
  firstName: string;
  lastName: string;
  language: string;
  fields: string;
  trackingOff: number;
  firstTriedAt: number | null;
  ambiguousBefore: number | null;
};

const selectDueRows = statement<
  [{ campaignId: number; first: number; last: number; now: number }],
  LoadedRow
>(`
  SELECT message.seq, message.contact_id AS contactId, message.address, message.attempts,
         message.reason, ifnull(message_run.run, 0) AS run,
         contact.email, contact.first_name AS firstName, contact.last_name AS lastName,
         contact.language, contact.fields, contact.tracking_off AS trackingOff,
         CASE WHEN message.attempts > 0 OR message.state > 0
              THEN (SELECT min(at) FROM attempt
                     WHERE attempt.campaign_id = message.campaign_id AND attempt.seq = message.seq
                       AND attempt.at >= ifnull(since, 0))
         END AS firstTriedAt,
         CASE WHEN message.attempts > 0
              THEN (SELECT count(*) FROM attempt
                     WHERE attempt.campaign_id = message.campaign_id AND attempt.seq = message.seq
                       AND attempt.outcome = 'ambiguous' AND attempt.at >= ifnull(since, 0))
         END AS ambiguousBefore
    FROM message
         LEFT JOIN message_run ON message_run.campaign_id = message.campaign_id
                              AND message_run.seq = message.seq
         LEFT JOIN contact ON contact.id = message.contact_id
   WHERE message.campaign_id = @campaignId AND message.seq BETWEEN @first AND @last
     AND (message.state = 0 OR (message.state = 1 AND message.due_at <= @now))
   ORDER BY message.seq
`);

export type LoadedRecipient = {
  recipient: Recipient;
  /** Unix ms of the first attempt, which fixes the message's Date header; undefined before it. */
  firstTriedAt: number | undefined;
  /** Number of earlier attempts that may have been delivered. */
  ambiguousBefore: number;
  /** Category of the last attempt; empty before the first one. */
  lastCategory?: string;
  /** How many times a person has had the message sent again. Each run has its own Message-ID. */
  run?: number;
};

/** The due messages of a chunk: those to send, and those that must not be sent, with the reason. */
export type Loaded = {
  recipients: LoadedRecipient[];
  unsent: { seq: number; why: Exclude<ConsentRefusal, undefined> }[];
};

/**
 * Reads the due messages of a chunk with the contact's current data, which fills their slots. Contacts that may no
 * longer be mailed are returned as `unsent`.
 */
export function loadChunk(
  db: Connection,
  campaignId: number,
  chunk: {
    firstSeq: number;
    lastSeq: number;
    now: number;
    rule: ConsentRule;
    /** The reason why the instance or a blocked domain forbids mail to an address. */
    isBlocked: IsBlocked;
  },
): Loaded {
  const { firstSeq: first, lastSeq: last, now, isBlocked, rule } = chunk;
  const refusals = rule(db, { campaignId, first, last, now, isBlocked, which: "open" });
  const loaded: Loaded = { recipients: [], unsent: [] };
  for (const row of selectDueRows(db).all({ campaignId, first, last, now })) {
    const why = refusals.get(row.seq);
    if (why !== undefined || row.email === null) {
      loaded.unsent.push({ seq: row.seq, why: why ?? "contact_deleted" });
    } else {
      loaded.recipients.push({
        recipient: recipientOf(row, row.email),
        firstTriedAt: row.firstTriedAt ?? undefined,
        ambiguousBefore: row.ambiguousBefore ?? 0,
        lastCategory: row.reason,
        run: row.run,
      });
    }
  }
  return loaded;
}

function recipientOf(row: LoadedRow, email: string): Recipient {
  return {
    seq: row.seq,
    contactId: row.contactId,
    address: row.address,
    attempts: row.attempts,
    contact: {
      id: row.contactId,
      email,
      first_name: row.firstName,
      last_name: row.lastName,
      language: row.language,
      tracking_off: row.trackingOff === 1,
      fields: JSON.parse(row.fields) as Recipient["contact"]["fields"],
    },
  };
}

const selectContent = statement<
  [campaignId: number],
  {
    content: string;
    routeId: number | null;
    groupId: number | null;
    spreadMinutes: number | null;
    onAmbiguous: "resend" | "hold";
    status: string;
    launchedAt: number | null;
    total: number;
    remaining: number;
  }
>(`
  SELECT content, route_id AS routeId, route_group_id AS groupId, spread_minutes AS spreadMinutes,
         ifnull(on_ambiguous, 'resend') AS onAmbiguous, status, launched_at AS launchedAt, recipient_total AS total,
         (SELECT ifnull(sum(pending + deferred), 0) FROM chunk
           WHERE chunk.campaign_id = campaign.id) AS remaining
    FROM campaign_content
         JOIN campaign ON campaign.id = campaign_content.campaign_id
         LEFT JOIN campaign_sending ON campaign_sending.campaign_id = campaign.id
   WHERE campaign_content.campaign_id = ?
`);

/** The frozen content (JSON) and the sending options; undefined when the campaign was never launched. */
export function findContent(db: Connection, campaignId: number) {
  return selectContent(db).get(campaignId);
}

const selectCap = statement<[workspaceId: string], { perSecond: number | null }>(`
  SELECT max_per_second AS perSecond FROM workspace WHERE id = ?
`);

/** The workspace's own rate limit in messages per second; undefined when it has none. */
export function workspaceCap(system: Connection, workspaceId: string): number | undefined {
  return selectCap(system).get(workspaceId)?.perSecond ?? undefined;
}

const selectWorkspace = statement<[workspaceId: string], { id: string }>(`
  SELECT id FROM workspace WHERE id = ?
`);

/** False once a workspace is deleted. Check this before opening its database, which would create an empty file. */
export function isWorkspace(system: Connection, workspaceId: string): boolean {
  return selectWorkspace(system).get(workspaceId) !== undefined;
}

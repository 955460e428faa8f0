import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";
import type { IsBlocked } from "./block-list.store.ts";

export type { IsBlocked };

/**
 * A segment as it was compiled: a condition on `contact.id`, over ids from @from to @to, whose parameters
 * are all in `params`, under names of its own. `among` is the same over the ids in the JSON array @among;
 * audiences frozen by older versions lack it.
 */
export type SegmentCondition = {
  id: number;
  sql: string;
  among?: string;
  params: Record<string, string | number>;
};

/**
 * Whom a campaign is for: those of any list or segment included, or everyone, whatever is included; never
 * those of any that is excluded.
 */
export type AudienceDefinition = {
  everyone?: boolean;
  includeLists: number[];
  excludeLists: number[];
  includeSegments?: SegmentCondition[];
  excludeSegments?: SegmentCondition[];
};

/** Why a contact gets nothing of a campaign, as a skipped message has it. */
export type SkipReason =
  | "excluded"
  | `suppressed_${string}`
  | "merged"
  | "already_sent"
  | "contact_deleted"
  | "address_changed"
  | "left_list"
  | "left_segment"
  | "unconfirmed"
  | "paused"
  | "invalid";

/**
 * The message of a contact that was merged into this one is under way in the same campaign: only once it has
 * ended is it known whether this one may go.
 */
export const WAITS_FOR_TWIN = "waits_for_twin";

/** SQL expressions in which `contact`, and `suppression` of the address or NULLs, can be named. */
export type ConsentSql = {
  /** Among those that the campaign leaves out. */
  excluded: string;
  /** The reason that the message itself gives, or NULL; a message frozen for somebody who is gone, for example. */
  message: string;
  /** The instance, or a blocked domain, forbids the address. */
  blocked: string;
  /** Subscribed as the audience asks for; 1, 0 or NULL. */
  subscribed: string;
  /** Was on a list of the audience, and is no more. */
  left: string;
};

/** An SQL condition: no mail can go to the address of `contact`. */
export const UNMAILABLE = `
  (length(contact.address) > 254 OR instr(contact.address, '@') < 2
   OR contact.domain NOT LIKE '%_.__%' OR contact.address GLOB '*[ <>,;]*')`;

/**
 * Why a contact gets nothing of a campaign now, or NULL: the one rule for the pre-flight, the freeze, the reading of
 * a chunk, the look right before MAIL, and sending again. The first reason that applies is the one named.
 */
export const whyNot = ({ excluded, message, blocked, subscribed, left }: ConsentSql): string => `
  CASE WHEN ${excluded} THEN 'excluded'
       WHEN suppression.reason IS NOT NULL THEN 'suppressed_' || suppression.reason
       WHEN ${blocked} THEN 'suppressed_manual'
       WHEN EXISTS (SELECT 1 FROM privacy_request
                     WHERE contact_id = contact.id AND kind = 'erase' AND state <> 'done')
       THEN 'suppressed_erasure'
       WHEN ${message} IS NOT NULL THEN ${message}
       WHEN ifnull(${subscribed}, 0) = 0 AND ${left} THEN 'left_list'
       WHEN ifnull(${subscribed}, 0) = 0 THEN 'unconfirmed'
       WHEN contact.paused_until > @now THEN 'paused'
       WHEN ${UNMAILABLE} THEN 'invalid' END`;

/** Joins the suppression that holds now, if there is one, of the address that the expression names. */
export const suppressionOf = (address: string): string => `
  LEFT JOIN suppression ON suppression.address = ${address}
                       AND (suppression.expires_at IS NULL OR suppression.expires_at > @now)`;

/** Which messages of a campaign are judged, and when. */
export type MessageRange = {
  campaignId: number;
  first: number;
  last: number;
  now: number;
  /** Those that are still to be sent, or those that ended otherwise than sent. */
  which: "open" | "ended";
  /** Why the instance or a blocked domain keeps an address from being mailed. */
  isBlocked: IsBlocked;
};

export type WhyNot = SkipReason | typeof WAITS_FOR_TWIN | undefined;

/** Says of each such message of one campaign, by its number, why it must not be sent; undefined when it may. */
export type ConsentRule = (db: Connection, range: MessageRange) => Map<number, WhyNot>;

type JudgedRow = {
  seq: number;
  contactId: number;
  address: string;
  reason: string | null;
  /** Whether only a segment of the audience can have brought them in. */
  needsSegment: 0 | 1;
};

type RangeParams = { campaignId: number; first: number; last: number; now: number; open: number };

// Ids come from the campaign's own schema; as text of the statement they cost less than a JSON array would.
const listed = (ids: readonly number[]): string => `(${ids.map(Math.trunc).join(", ")})`;

const isOn = (lists: string, status: string): string => `
  EXISTS (SELECT 1 FROM list_contact
           WHERE contact_id = contact.id AND ${lists} AND status ${status})`;

// Somebody who was merged away took their address along. Where both had a message, only one may go out: the
// other of a pair stays with the contact that is gone. CROSS JOIN: merges first, never the whole campaign per message.
const OF_THE_MESSAGE = `
  CASE WHEN contact.id IS NULL
       THEN CASE WHEN EXISTS (SELECT 1 FROM contact_merge WHERE from_id = owed.contact_id)
                 THEN 'merged' ELSE 'contact_deleted' END
       WHEN owed.address <> contact.address
       THEN CASE WHEN EXISTS (SELECT 1 FROM contact_merge
                               WHERE contact_merge.contact_id = contact.id
                                 AND contact_merge.address = owed.address)
                 THEN 'merged' ELSE 'address_changed' END
       ELSE (SELECT min(CASE WHEN twin.state IN (2, 3) OR EXISTS (
                               SELECT 1 FROM attempt
                                WHERE attempt.campaign_id = twin.campaign_id
                                  AND attempt.seq = twin.seq AND outcome = 'ambiguous')
                             THEN 'already_sent'
                             WHEN twin.state < 2 AND EXISTS (
                               SELECT 1 FROM chunk
                                WHERE chunk.campaign_id = twin.campaign_id AND owner IS NOT NULL
                                  AND twin.seq BETWEEN first_seq AND last_seq)
                             THEN '${WAITS_FOR_TWIN}' END)
               FROM contact_merge CROSS JOIN message AS twin
                    ON twin.contact_id = contact_merge.from_id
                       AND twin.campaign_id = owed.campaign_id
              WHERE contact_merge.contact_id = contact.id) END`;

/**
 * The rule for the messages of a campaign that is frozen. By which list or segment somebody came in is not kept:
 * whoever is subscribed to one of the included lists still gets it. Whoever is not must still be in an included
 * segment, and must not have left every list.
 */
export function consentRule(audience: AudienceDefinition): ConsentRule {
  const { everyone = false, includeSegments = [], excludeSegments = [] } = audience;
  const included = `list_id IN ${listed(audience.includeLists)}`;
  const onList = isOn(included, "= 'subscribed'");
  const outsideLists = `(NOT ${isOn("1", "IS NOT NULL")} OR ${isOn("1", "= 'subscribed'")})`;
  const byOther = everyone || includeSegments.length > 0;
  const among = byOther ? "1" : included;
  // The "+ 0" keeps the planner from looking at the values, after which SQLite would prepare the statement anew for
  // every run of it: 200 µs instead of 6 µs for one message.
  const select = statement<[RangeParams], JudgedRow>(`
    SELECT owed.seq, owed.contact_id AS contactId, owed.address,
           ${everyone || includeSegments.length === 0 ? "0" : `NOT ${onList}`} AS needsSegment,
           ${whyNot({
             excluded: isOn(`list_id IN ${listed(audience.excludeLists)}`, "<> 'unsubscribed'"),
             message: OF_THE_MESSAGE,
             blocked: "0",
             subscribed: byOther ? `(${onList} OR ${outsideLists})` : onList,
             left: `(${isOn(among, "= 'unsubscribed'")} OR NOT ${isOn(among, "= 'pending'")})`,
           })} AS reason
      FROM message AS owed
           LEFT JOIN contact ON contact.id = owed.contact_id
           ${suppressionOf("owed.address")}
     WHERE owed.campaign_id = @campaignId + 0 AND owed.seq BETWEEN @first + 0 AND @last + 0
       AND CASE WHEN @open THEN owed.state < 2 ELSE owed.state > 3 END`);
  const segments = segmentsOf(includeSegments, excludeSegments);
  return (db, { isBlocked, which, ...range }) => {
    const rows = select(db).all({ ...range, open: which === "open" ? 1 : 0 });
    const inSegments = segments(db, rows);
    const reasonOf = (row: JudgedRow) =>
      (row.reason ?? inSegments(row) ?? blockOf(isBlocked, row.address)) as WhyNot;
    return new Map(rows.map((row) => [row.seq, reasonOf(row)]));
  };
}

function blockOf(isBlocked: IsBlocked, address: string): string | undefined {
  const reason = isBlocked(address);
  return reason && `suppressed_${reason}`;
}

type SegmentRow = { id: number; included: 0 | 1; excluded: 0 | 1 };

/** Asks the frozen conditions again, of all the contacts of some rows at once. */
function segmentsOf(
  include: readonly SegmentCondition[],
  exclude: readonly SegmentCondition[],
): (db: Connection, rows: readonly JudgedRow[]) => (row: JudgedRow) => string | undefined {
  if (include.length + exclude.length === 0) {
    return () => () => undefined;
  }
  const any = (conditions: readonly SegmentCondition[]) =>
    conditions.length === 0 ? "0" : conditions.map(({ among, sql }) => among ?? sql).join(" OR ");
  const select = statement<[Record<string, string | number>], SegmentRow>(`
    SELECT contact.id, (${any(include)}) AS included, (${any(exclude)}) AS excluded
      FROM contact
     WHERE contact.id IN (SELECT value FROM json_each(@among))`);
  const params = Object.assign({}, ...[...include, ...exclude].map((one) => one.params));
  const isOld = [...include, ...exclude].some(({ among }) => among === undefined);
  return (db, rows) => {
    const ids = rows.flatMap(({ reason, contactId }) => (reason === null ? [contactId] : []));
    const range = isOld ? { from: Math.min(...ids), to: Math.max(...ids) } : {};
    const found =
      ids.length === 0 ? [] : select(db).all({ ...params, ...range, among: JSON.stringify(ids) });
    const byId = new Map(found.map((one) => [one.id, one]));
    return ({ contactId, needsSegment }) => {
      const answer = byId.get(contactId);
      if (answer?.excluded === 1) {
        return "excluded";
      }
      return needsSegment === 1 && answer?.included !== 1 ? "left_segment" : undefined;
    };
  };
}

const selectAudience = statement<[id: number], { audience: string }>(`
  SELECT coalesce(frozen.audience, campaign.audience) AS audience
    FROM campaign LEFT JOIN campaign_audience AS frozen ON frozen.campaign_id = campaign.id
   WHERE id = ?
`);

/** The audience of a campaign, as it was compiled at the launch. @throws Error when there is none to be read. */
export function frozenAudience(db: Connection, campaignId: number): AudienceDefinition {
  const row = selectAudience(db).get(campaignId);
  if (row === undefined) {
    throw new Error(`there is no campaign ${campaignId}`);
  }
  // Written by the campaign's own schema; an older row may lack a list.
  const stored = JSON.parse(row.audience) as Partial<AudienceDefinition>;
  const segments = [...(stored.includeSegments ?? []), ...(stored.excludeSegments ?? [])];
  if (!segments.every((segment) => typeof segment === "object")) {
    throw new Error(
      `the segments of campaign ${campaignId} were not compiled when it was launched`,
    );
  }
  return {
    everyone: stored.everyone === true,
    includeLists: stored.includeLists ?? [],
    excludeLists: stored.excludeLists ?? [],
    includeSegments: stored.includeSegments ?? [],
    excludeSegments: stored.excludeSegments ?? [],
  };
}

const selectVersion = statement<[], { n: number }>("SELECT n FROM consent_version");

/** Grows with every change, in this database, that can take somebody out of an audience. */
export function consentVersion(db: Connection): number {
  const row = selectVersion(db).get();
  if (row === undefined) {
    throw new Error("the table consent_version has lost its row");
  }
  return row.n;
}

const selectTotals = statement<[], { name: string; n: number }>(
  "SELECT name, n FROM audience_count ORDER BY name",
);

/**
 * Another text after nearly every change that moves somebody into an audience or out of it: what people do later with
 * mail they got, and what the instance forbids, are not in it.
 */
export function audienceStamp(db: Connection): string {
  const totals = selectTotals(db)
    .all()
    .map(({ name, n }) => `${name}=${n}`);
  return [consentVersion(db), ...totals].join(" ");
}

const selectDataVersion = statement<[], { data_version: number }>("PRAGMA data_version");

/** Changes when another connection has committed to the database; costs a look at shared memory. */
export function dataVersion(db: Connection): number {
  return selectDataVersion(db).get()?.data_version ?? Number.NaN;
}

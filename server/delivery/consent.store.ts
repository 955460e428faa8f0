import { consentVersion } from "../platform/db/consent-version.store.ts";
import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";
import type { IsBlocked } from "./block-list.store.ts";

export type { IsBlocked };

/**
 * A compiled segment: an SQL condition on `contact.id` for ids from @from to @to, with its parameters in `params` under
 * unique names. `among` is the same condition for the ids in the JSON array @among; audiences frozen by older versions
 * lack it.
 */
export type SegmentCondition = {
  id: number;
  sql: string;
  among?: string;
  params: Record<string, string | number>;
};

/**
 * A campaign's audience: the contacts of any included list or segment, or everyone, minus those of any excluded list or
 * segment.
 */
export type AudienceDefinition = {
  everyone?: boolean;
  includeLists: number[];
  excludeLists: number[];
  includeSegments?: SegmentCondition[];
  excludeSegments?: SegmentCondition[];
};

/** Why a contact does not receive a campaign; stored as the reason of a skipped message. */
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
 * Both this contact and one that was merged into it have a message in the same campaign, and the other message is in
 * flight. Whether this one may be sent is known only when the other has ended.
 */
export const WAITS_FOR_MERGED = "waits_for_twin";

/**
 * SQL expressions for `skipReasonSql`. They can refer to `contact` and to the address's `suppression`, whose columns may be
 * NULL.
 */
export type ConsentSql = {
  /** True when the campaign excludes the contact. */
  excluded: string;
  /** A reason found in the message itself, or NULL; for example that it was frozen for a contact since deleted. */
  message: string;
  /** True when the instance or a blocked domain forbids the address. */
  blocked: string;
  /** Whether the contact is subscribed as the audience requires; 1, 0 or NULL. */
  subscribed: string;
  /** True when the contact was on a list of the audience and has left it. */
  hasLeft: string;
};

/** An SQL condition: the address of `contact` cannot receive mail. */
export const UNMAILABLE = `
  (length(contact.address) > 254 OR instr(contact.address, '@') < 2
   OR contact.domain NOT LIKE '%_.__%' OR contact.address GLOB '*[ <>,;]*')`;

/**
 * SQL: the reason why a contact must not receive a campaign now, or NULL. Pre-flight, freeze, loading of a chunk, the
 * check right before MAIL, and sending again all use this one rule. When several reasons apply, the first one is
 * returned.
 */
export const skipReasonSql = ({
  excluded,
  message,
  blocked,
  subscribed,
  hasLeft,
}: ConsentSql): string => `
  CASE WHEN ${excluded} THEN 'excluded'
       WHEN suppression.reason IS NOT NULL THEN 'suppressed_' || suppression.reason
       WHEN ${blocked} THEN 'suppressed_manual'
       WHEN EXISTS (SELECT 1 FROM person_request
                     WHERE contact_id = contact.id AND kind = 'erase' AND address IS NOT NULL)
       THEN 'suppressed_erasure'
       WHEN ${message} IS NOT NULL THEN ${message}
       WHEN ifnull(${subscribed}, 0) = 0 AND ${hasLeft} THEN 'left_list'
       WHEN ifnull(${subscribed}, 0) = 0 THEN 'unconfirmed'
       WHEN contact.paused_until > @now THEN 'paused'
       WHEN ${UNMAILABLE} THEN 'invalid' END`;

/** SQL: joins the active suppression, if any, of the address that the expression yields. */
export const suppressionOf = (address: string): string => `
  LEFT JOIN suppression ON suppression.address = ${address}
                       AND (suppression.expires_at IS NULL OR suppression.expires_at > @now)`;

/** Which messages of a campaign to check, and at what time. */
export type MessageRange = {
  campaignId: number;
  first: number;
  last: number;
  now: number;
  /** open: still to be sent. ended: bounced, failed or skipped. */
  which: "open" | "ended";
  /** The reason why the instance or a blocked domain forbids mail to an address. */
  isBlocked: IsBlocked;
};

export type ConsentRefusal = SkipReason | typeof WAITS_FOR_MERGED | undefined;

/** Returns for each message in the range, by seq, why it must not be sent; undefined when it may be. */
export type ConsentRule = (db: Connection, range: MessageRange) => Map<number, ConsentRefusal>;

type JudgedRow = {
  seq: number;
  contactId: number;
  address: string;
  reason: string | null;
  /** 1 when the contact can have entered the audience only through a segment. */
  needsSegment: 0 | 1;
};

type RangeParams = { campaignId: number; first: number; last: number; now: number; open: number };

// The ids come from the campaign's own schema, so they are safe in SQL text, where they are cheaper than a JSON array.
const listed = (ids: readonly number[]): string => `(${ids.map(Math.trunc).join(", ")})`;

const isOn = (lists: string, status: string): string => `
  EXISTS (SELECT 1 FROM list_contact
           WHERE contact_id = contact.id AND ${lists} AND status ${status})`;

// Checks the message against contact merges. A merged contact's address moved to the other contact. When both had a
// message, only one may be sent; the second message still refers to the merged contact. CROSS JOIN makes SQLite start
// with the few merges instead of scanning the campaign for every message.
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
                             THEN '${WAITS_FOR_MERGED}' END)
               FROM contact_merge CROSS JOIN message AS twin
                    ON twin.contact_id = contact_merge.from_id
                       AND twin.campaign_id = owed.campaign_id
              WHERE contact_merge.contact_id = contact.id) END`;

/**
 * The consent rule for the messages of a frozen campaign. The freeze does not record which list or segment brought a
 * contact in. A contact subscribed to an included list therefore still receives the campaign. Any other contact must
 * still be in an included segment and must not have left every list.
 */
export function consentRule(audience: AudienceDefinition): ConsentRule {
  const { everyone = false, includeSegments = [], excludeSegments = [] } = audience;
  const included = `list_id IN ${listed(audience.includeLists)}`;
  const onList = isOn(included, "= 'subscribed'");
  const outsideLists = `(NOT ${isOn("1", "IS NOT NULL")} OR ${isOn("1", "= 'subscribed'")})`;
  const byOther = everyone || includeSegments.length > 0;
  const among = byOther ? "1" : included;
  // "+ 0" hides the bound values from the query planner. Otherwise SQLite would prepare the statement again for every
  // run, which takes 200 µs instead of 6 µs for one message.
  const select = statement<[RangeParams], JudgedRow>(`
    SELECT owed.seq, owed.contact_id AS contactId, owed.address,
           ${everyone || includeSegments.length === 0 ? "0" : `NOT ${onList}`} AS needsSegment,
           ${skipReasonSql({
             excluded: isOn(`list_id IN ${listed(audience.excludeLists)}`, "<> 'unsubscribed'"),
             message: OF_THE_MESSAGE,
             blocked: "0",
             subscribed: byOther ? `(${onList} OR ${outsideLists})` : onList,
             hasLeft: `(${isOn(among, "= 'unsubscribed'")} OR NOT ${isOn(among, "= 'pending'")})`,
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
      (row.reason ?? inSegments(row) ?? blockOf(isBlocked, row.address)) as ConsentRefusal;
    return new Map(rows.map((row) => [row.seq, reasonOf(row)]));
  };
}

function blockOf(isBlocked: IsBlocked, address: string): string | undefined {
  const reason = isBlocked(address);
  return reason && `suppressed_${reason}`;
}

type SegmentRow = { id: number; included: 0 | 1; excluded: 0 | 1 };

/** Evaluates the frozen segment conditions again, for the contacts of several rows at once. */
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

/** A campaign's audience as compiled at launch. @throws Error when it is missing or its segments were not compiled. */
export function frozenAudience(db: Connection, campaignId: number): AudienceDefinition {
  const row = selectAudience(db).get(campaignId);
  if (row === undefined) {
    throw new Error(`there is no campaign ${campaignId}`);
  }
  // Written by the campaign's own schema; rows of older versions may lack some of the arrays.
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

const selectTotals = statement<[], { name: string; n: number }>(
  "SELECT name, n FROM audience_count ORDER BY name",
);

/**
 * A text that differs after nearly every change to the contents of an audience. It does not cover later reactions to
 * mail, nor the instance's suppressions.
 */
export function audienceStamp(db: Connection): string {
  const totals = selectTotals(db)
    .all()
    .map(({ name, n }) => `${name}=${n}`);
  return [consentVersion(db), ...totals].join(" ");
}

const selectDataVersion = statement<[], { data_version: number }>("PRAGMA data_version");

/** Changes when another connection commits to the database. Cheap: it only reads shared memory. */
export function dataVersion(db: Connection): number {
  return selectDataVersion(db).get()?.data_version ?? Number.NaN;
}

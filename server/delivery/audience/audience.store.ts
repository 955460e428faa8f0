import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import {
  type AudienceDefinition,
  type SegmentCondition,
  type SkipReason,
  suppressionOf,
  whyNot,
} from "../consent.store.ts";

/** Why a contact of the audience does not get the message; null when nothing keeps it from that. */
export type Outcome = SkipReason | null;

type SliceParams = Record<string, string | number>;

type Segments = readonly SegmentCondition[];

// Every kind of audience gives the same columns, so that one rule below judges them all. Who is reached as
// everyone or by a segment, and is on lists, must be subscribed to one of them: a sign-up that was never
// confirmed, or a farewell to all of them, holds there too.
const outsideLists = `
  SELECT contact.id AS contactId, count(contact_id) = 0 OR max(status = 'subscribed') AS subscribed,
         max(status = 'unsubscribed') AS unsubscribed, 1 AS memberships
    FROM contact LEFT JOIN list_contact ON contact_id = contact.id
   WHERE contact.id BETWEEN @from AND @to`;
const everyone = `${outsideLists} AND @include IS NOT NULL GROUP BY contact.id`;
const onLists = `
  SELECT contact_id AS contactId, status = 'subscribed' AS subscribed,
         status = 'unsubscribed' AS unsubscribed, 1 AS memberships
    FROM json_each(@include) AS included
         JOIN list_contact ON list_id = included.value AND contact_id BETWEEN @from AND @to`;

const inSegment = ({ sql }: SegmentCondition): string =>
  `${outsideLists} AND ${sql} GROUP BY contact.id`;

const chosen = (segments: Segments): string => `
  SELECT contactId, max(subscribed) AS subscribed, max(unsubscribed) AS unsubscribed,
         sum(memberships) AS memberships
    FROM (${[onLists, ...segments.map(inSegment)].join(" UNION ALL ")})
   GROUP BY contactId`;

const baseOf = ({ everyone: all, includeSegments = [] }: AudienceDefinition): string =>
  all === true ? everyone : chosen(includeSegments);

/** Every contact of the audience with its outcome: what pre-flight shows and what the freeze does. */
const judged = (base: string, excluded: Segments) => `
  SELECT contact.id, contact.domain, base.memberships,
         ${whyNot({
           // Found once for the slice: asked for each contact it took a third of the whole time.
           excluded: `contact.id IN (SELECT contact_id FROM json_each(@exclude) AS excluded
                                       JOIN list_contact ON list_id = excluded.value
                                                        AND contact_id BETWEEN @from AND @to
                                      WHERE status <> 'unsubscribed')
                      ${excluded.map(({ sql }) => `OR ${sql}`).join(" ")}`,
           blocked: "contact.id IN (SELECT value FROM json_each(@blocked))",
           message: "NULL",
           subscribed: "base.subscribed",
           left: "base.unsubscribed = 1",
         })} AS outcome
    FROM (${base}) AS base
         JOIN contact ON contact.id = base.contactId
         ${suppressionOf("contact.address")}`;

/** The statements of one audience: its segments are part of their text, so they are made once for all its slices. */
export type AudienceSlices = {
  /** How many contacts with ids from `from` to `to` have which outcome. @param blocked JSON: ids that `blocked.store.ts` found. */
  count: (db: Connection, slice: Slice) => { outcome: Outcome; n: number; memberships: number }[];
  /** The contacts with ids from `from` to `to` that will get the campaign and have no row in it yet. */
  eligible: (db: Connection, campaignId: number, slice: Slice) => { id: number; domain: string }[];
};

export type Slice = { from: number; to: number; now: number; blocked: string };

export function audienceSlices(audience: AudienceDefinition): AudienceSlices {
  const { includeSegments = [], excludeSegments = [] } = audience;
  const from = judged(baseOf(audience), excludeSegments);
  const count = statement<[SliceParams], { outcome: Outcome; n: number; memberships: number }>(`
    SELECT outcome, count(*) AS n, sum(memberships) AS memberships
      FROM (${from})
     GROUP BY outcome`);
  // Those a freeze that crashed has written already are left out; @campaignId has none otherwise.
  const eligible = statement<
    [SliceParams & { campaignId: number }],
    { id: number; domain: string }
  >(`
    SELECT id, domain
      FROM (${from})
     WHERE outcome IS NULL
       AND NOT EXISTS (SELECT 1 FROM message WHERE contact_id = id AND campaign_id = @campaignId)`);
  const params = {
    ...Object.assign({}, ...[...includeSegments, ...excludeSegments].map((one) => one.params)),
    include: JSON.stringify(audience.includeLists),
    exclude: JSON.stringify(audience.excludeLists),
  } as Record<string, string | number>;
  return {
    count: (db, slice) => count(db).all({ ...params, ...slice }),
    eligible: (db, campaignId, slice) => eligible(db).all({ ...params, ...slice, campaignId }),
  };
}

const selectMaxContact = statement<[], { id: number | null }>(`SELECT max(id) AS id FROM contact`);

/** The highest contact id, 0 when there is none. */
export function maxContactId(db: Connection): number {
  return selectMaxContact(db).get()?.id ?? 0;
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** Whom a campaign is for. `everyone` makes includeLists irrelevant; excludeLists always counts. */
export type AudienceDefinition = {
  everyone?: boolean;
  includeLists: number[];
  excludeLists: number[];
};

/** What keeps a contact of the audience from getting the message; `eligible` when nothing does. */
export type Outcome =
  | "eligible"
  | "excluded"
  | "unsubscribed"
  | "unconfirmed"
  | "paused"
  | "hard_bounce"
  | "complaint"
  | "manual"
  | "invalid";

type SliceParams = {
  include: string;
  exclude: string;
  from: number;
  to: number;
  now: number;
  blocked: string;
};

// Both kinds of audience give the same columns, so that one rule below judges both.
const everyone = `
  SELECT id AS contactId, 1 AS subscribed, 0 AS unsubscribed, 1 AS memberships
    FROM contact
   WHERE id BETWEEN @from AND @to AND @include IS NOT NULL`;
const ofLists = `
  SELECT contact_id AS contactId, max(status = 'subscribed') AS subscribed,
         max(status = 'unsubscribed') AS unsubscribed, count(*) AS memberships
    FROM json_each(@include) AS included
         JOIN list_contact ON list_id = included.value AND contact_id BETWEEN @from AND @to
   GROUP BY contact_id`;

/**
 * Every contact of the audience with its outcome: the one rule for what pre-flight shows and what the
 * freeze does. The first reason that applies is the one shown.
 */
const judged = (base: string) => `
  SELECT contact.id, contact.domain, base.memberships,
         CASE WHEN EXISTS (SELECT 1 FROM json_each(@exclude) AS excluded
                             JOIN list_contact ON list_id = excluded.value AND contact_id = contact.id
                            WHERE status <> 'unsubscribed')
              THEN 'excluded'
              WHEN suppression.reason IS NOT NULL THEN suppression.reason
              WHEN contact.id IN (SELECT value FROM json_each(@blocked)) THEN 'manual'
              WHEN base.subscribed = 0 AND base.unsubscribed = 1 THEN 'unsubscribed'
              WHEN base.subscribed = 0 THEN 'unconfirmed'
              WHEN contact.paused_until > @now THEN 'paused'
              WHEN length(contact.address) > 254 OR instr(contact.address, '@') < 2
                   OR contact.domain NOT LIKE '%_.__%' OR contact.address GLOB '*[ <>,;]*'
              THEN 'invalid'
              ELSE 'eligible' END AS outcome
    FROM (${base}) AS base
         JOIN contact ON contact.id = base.contactId
         LEFT JOIN suppression ON suppression.address = contact.address
                              AND (suppression.expires_at IS NULL OR suppression.expires_at > @now)`;

const counted = (base: string) =>
  statement<[SliceParams], { outcome: Outcome; n: number; memberships: number }>(`
    SELECT outcome, count(*) AS n, sum(memberships) AS memberships
      FROM (${judged(base)})
     GROUP BY outcome`);
const countEveryone = counted(everyone);
const countLists = counted(ofLists);

/** How many contacts with ids from `from` to `to` have which outcome. @param blocked JSON: ids that `blocked.store.ts` found. */
export function countSlice(
  db: Connection,
  audience: AudienceDefinition,
  from: number,
  to: number,
  now: number,
  blocked: string,
) {
  const count = audience.everyone === true ? countEveryone : countLists;
  return count(db).all({ ...params(audience, from, to, now), blocked });
}

// Those a freeze that crashed has written already are left out; @campaignId has none otherwise.
const eligible = (base: string) =>
  statement<[SliceParams & { campaignId: number }], { id: number; domain: string }>(`
    SELECT id, domain
      FROM (${judged(base)})
     WHERE outcome = 'eligible'
       AND NOT EXISTS (SELECT 1 FROM message WHERE contact_id = id AND campaign_id = @campaignId)`);
const eligibleEveryone = eligible(everyone);
const eligibleLists = eligible(ofLists);

/** The contacts with ids from `from` to `to` that will get the campaign and have no row in it yet. */
export function eligibleSlice(
  db: Connection,
  campaignId: number,
  audience: AudienceDefinition,
  from: number,
  to: number,
  now: number,
  blocked: string,
) {
  const select = audience.everyone === true ? eligibleEveryone : eligibleLists;
  return select(db).all({ ...params(audience, from, to, now), campaignId, blocked });
}

function params(
  audience: AudienceDefinition,
  from: number,
  to: number,
  now: number,
): Omit<SliceParams, "blocked"> {
  return {
    include: JSON.stringify(audience.includeLists),
    exclude: JSON.stringify(audience.excludeLists),
    from,
    to,
    now,
  };
}

const selectMaxContact = statement<[], { id: number | null }>(`SELECT max(id) AS id FROM contact`);

/** The highest contact id, 0 when there is none. */
export function maxContactId(db: Connection): number {
  return selectMaxContact(db).get()?.id ?? 0;
}

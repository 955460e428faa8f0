import { UNMAILABLE } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type Person = {
  contactId: number;
  createdAt: number;
  pausedUntil: number | null;
  /** The time at which their erasure was requested, if it is still pending. */
  erasureAt: number | null;
  isUnmailable: 0 | 1;
};

const selectPerson = statement<[address: string], Person>(`
  SELECT id AS contactId, created_at AS createdAt, paused_until AS pausedUntil,
         (SELECT min(task.created_at) FROM person_request JOIN task ON task.id = task_id
           WHERE contact_id = contact.id AND person_request.kind = 'erase' AND person_request.address IS NOT NULL)
           AS erasureAt,
         ${UNMAILABLE} AS isUnmailable
    FROM contact WHERE address = ?
`);

export const findPerson = (db: Connection, address: string) => selectPerson(db).get(address);

/** A contact that formerly had the address: it was merged into another one, or changed its address. */
export type Moved = {
  contactId: number;
  why: "merged" | "address_changed";
  /** The number of their message to the requested address. */
  seq: number | null;
};

const seqAt = (contactId: string) => `
  (SELECT seq FROM message
    WHERE contact_id = ${contactId} AND campaign_id = @campaignId AND message.address = @address)`;

const selectMoved = statement<[{ address: string; campaignId: number }], Moved>(`
  SELECT * FROM (
  SELECT contact_id AS contactId, 'merged' AS why,
         coalesce(${seqAt("contact_merge.contact_id")}, ${seqAt("from_id")}) AS seq
    FROM contact_merge WHERE address = @address
   UNION ALL
  SELECT contact_id, 'address_changed', ${seqAt("contact_former_address.contact_id")}
    FROM contact_former_address WHERE address = @address)
   ORDER BY seq IS NULL
   LIMIT 1
`);

/** Former owners of an address that no contact has now. */
export const findMoved = (db: Connection, address: string, campaignId: number) =>
  selectMoved(db).get({ address, campaignId });

const selectSeq = statement<[contactId: number, campaignId: number], { seq: number }>(`
  SELECT seq FROM message WHERE contact_id = ? AND campaign_id = ?
`);

/** The number of a contact's message in a campaign. */
export const findSeq = (db: Connection, contactId: number, campaignId: number) =>
  selectSeq(db).get(contactId, campaignId)?.seq;

export type Membership = { listId: number; name: string; status: string; changedAt: number };

const selectMemberships = statement<[contactId: number], Membership>(`
  SELECT list.id AS listId, list.name, status, changed_at AS changedAt
    FROM list_contact JOIN list ON list.id = list_id
   WHERE contact_id = ?
`);

export const findMemberships = (db: Connection, contactId: number) =>
  selectMemberships(db).all(contactId);

const selectLaunch = statement<
  [campaignId: number],
  { audience: string; launchedAt: number | null; status: string }
>(`
  SELECT coalesce(frozen.audience, campaign.audience) AS audience, launched_at AS launchedAt, status
    FROM campaign LEFT JOIN campaign_audience AS frozen ON frozen.campaign_id = campaign.id
   WHERE id = ? AND deleted_at IS NULL
`);

export const findLaunch = (db: Connection, campaignId: number) => selectLaunch(db).get(campaignId);

export type ReportRow = {
  at: number;
  via: string;
  action: "failed" | "delayed" | "complaint";
  category: string;
  code: number;
  enhanced: string;
  reply: string;
  address: string;
};

const selectReports = statement<[campaignId: number, seq: number], ReportRow>(`
  SELECT at, via, action, category, code, enhanced, reply, address
    FROM bounce_report
   WHERE campaign_id = ? AND seq = ?
   ORDER BY id
`);

/** Bounces and complaints about a message. */
export const findReports = (db: Connection, campaignId: number, seq: number) =>
  selectReports(db).all(campaignId, seq);

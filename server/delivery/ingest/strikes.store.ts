import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { messageState } from "../types.ts";

const insertStrike = statement<
  [{ address: string; category: string; campaignId: number; at: number }]
>(`
  INSERT INTO soft_bounce (address, category, campaign_id, at)
  VALUES (@address, @category, @campaignId, @at)
      ON CONFLICT DO NOTHING
`);

/** Counts a campaign's failure against an address. A second failure in the same campaign changes nothing. */
export function addStrike(
  db: Connection,
  row: { address: string; category: string; campaignId: number; at: number },
): void {
  insertStrike(db).run(row);
}

const selectStrikes = statement<[address: string, category: string], { at: number }>(`
  SELECT at FROM soft_bounce WHERE address = ? AND category = ?
`);

/** Times of an address's failures in a category (unix ms). */
export function strikesOf(db: Connection, address: string, category: string): number[] {
  return selectStrikes(db)
    .all(address, category)
    .map(({ at }) => at);
}

const deleteOlder = statement<[address: string, category: string, before: number]>(`
  DELETE FROM soft_bounce WHERE address = ? AND category = ? AND at < ?
`);

export function dropStrikes(
  db: Connection,
  address: string,
  category: string,
  before: number,
): void {
  deleteOlder(db).run(address, category, before);
}

const deleteAll = statement<[address: string]>("DELETE FROM soft_bounce WHERE address = ?");

export function forgetStrikes(db: Connection, address: string): void {
  deleteAll(db).run(address);
}

// Reads one row per campaign of the contact, which is acceptable because it runs only for failed messages.
const selectDelivered = statement<[contactId: number, before: number], { at: number | null }>(`
  SELECT max(changed_at) AS at
    FROM message
   WHERE contact_id = ? AND state = ${messageState.sent} AND changed_at < ?
`);

/** When the contact last received a message, before `before` (unix ms); 0 = never. */
export function lastDelivery(db: Connection, contactId: number, before: number): number {
  return selectDelivered(db).get(contactId, before)?.at ?? 0;
}

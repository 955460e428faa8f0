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

/** Counts a campaign's failure against an address; a second one of the same campaign changes nothing. */
export function addStrike(
  db: Connection,
  row: { address: string; category: string; campaignId: number; at: number },
): void {
  insertStrike(db).run(row);
}

const selectStrikes = statement<[address: string, category: string], { at: number }>(`
  SELECT at FROM soft_bounce WHERE address = ? AND category = ?
`);

/** When an address failed under a category (unix ms). */
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

// Reads one row for each campaign the contact was in: rare enough for a message that failed.
const selectDelivered = statement<[contactId: number, before: number], { at: number | null }>(`
  SELECT max(changed_at) AS at
    FROM message
   WHERE contact_id = ? AND state = ${messageState.sent} AND changed_at < ?
`);

/** When the contact last got a message, of those before `before` (unix ms); 0 = never. */
export function lastDelivery(db: Connection, contactId: number, before: number): number {
  return selectDelivered(db).get(contactId, before)?.at ?? 0;
}

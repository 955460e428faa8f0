import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectPause = statement<[id: number], { until: number | null }>(
  "SELECT paused_until AS until FROM contact WHERE id = ?",
);
const updatePause = statement<[until: number | null, now: number, id: number]>(
  "UPDATE contact SET paused_until = ?, updated_at = ? WHERE id = ?",
);

/** The time until which the contact gets no campaign; null when not paused. */
export function pausedUntil(db: Connection, contactId: number): number | null {
  return selectPause(db).get(contactId)?.until ?? null;
}

export function setPause(
  db: Connection,
  contactId: number,
  until: number | null,
  now: number,
): void {
  updatePause(db).run(until, now, contactId);
}

type NewAddressChange = {
  contactId: number;
  email: string;
  address: string;
  ip: string;
  userAgent: string;
  createdAt: number;
  expiresAt: number;
};

export type AddressChange = NewAddressChange & {
  id: number;
  mailedAt: number | null;
  messageId: string;
  confirmedAt: number | null;
};

const insertRow = statement<[NewAddressChange]>(`
  INSERT INTO address_change (contact_id, email, address, ip, user_agent, created_at, expires_at)
  VALUES (@contactId, @email, @address, @ip, @userAgent, @createdAt, @expiresAt)
`);
const deleteOld = statement<[contactId: number, now: number]>(
  "DELETE FROM address_change WHERE contact_id = ? AND expires_at < ?",
);
const countSince = statement<[contactId: number, since: number], { n: number }>(
  "SELECT count(*) AS n FROM address_change WHERE contact_id = ? AND created_at > ?",
);
const selectRow = statement<[id: number], AddressChange>(`
  SELECT id, contact_id AS contactId, email, address, ip, user_agent AS userAgent,
         created_at AS createdAt, expires_at AS expiresAt, mailed_at AS mailedAt,
         message_id AS messageId, confirmed_at AS confirmedAt
    FROM address_change
   WHERE id = ?
`);
const selectUnmailed = statement<[now: number], { id: number }>(
  "SELECT id FROM address_change WHERE mailed_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT 1000",
);
const setMailed = statement<[at: number, messageId: string, id: number]>(
  "UPDATE address_change SET mailed_at = ?, message_id = ? WHERE id = ?",
);
const setConfirmed = statement<[at: number, id: number]>(
  "UPDATE address_change SET confirmed_at = ? WHERE id = ? AND confirmed_at IS NULL",
);

/** Stores a requested change and deletes the contact's expired ones. Returns its id. */
export function insertAddressChange(db: Connection, change: NewAddressChange): number {
  deleteOld(db).run(change.contactId, change.createdAt);
  return Number(insertRow(db).run(change).lastInsertRowid);
}

/** The number of changes of address requested for the contact since then, whatever their outcome. */
export const addressChangesSince = (db: Connection, contactId: number, since: number): number =>
  countSince(db).get(contactId, since)?.n ?? 0;

export const findAddressChange = (db: Connection, id: number): AddressChange | undefined =>
  selectRow(db).get(id);

export function markAddressMailed(db: Connection, id: number, at: number, messageId: string): void {
  setMailed(db).run(at, messageId, id);
}

/** False when it was already confirmed. */
export function markAddressConfirmed(db: Connection, id: number, at: number): boolean {
  return setConfirmed(db).run(at, id).changes === 1;
}

/** Changes of address whose confirmation was not mailed and that have not expired; the newest thousand. */
export function unmailedChanges(db: Connection, now: number): number[] {
  return selectUnmailed(db)
    .all(now)
    .map(({ id }) => id);
}

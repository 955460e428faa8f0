import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type Candidate = {
  id: number;
  email: string;
  address: string;
  firstName: string;
  lastName: string;
  createdAt: number;
};

const columns = `id, email, address, first_name AS firstName, last_name AS lastName, created_at AS createdAt`;

const selectByName = statement<
  [{ key: string; domain: string; id: number; limit: number }],
  Candidate
>(`
  SELECT ${columns} FROM contact
   WHERE name_key = @key AND name_key <> '' AND domain = @domain AND id <> @id
   ORDER BY id LIMIT @limit
`);
const selectByPrefix = statement<[{ lo: string; hi: string; limit: number }], Candidate>(`
  SELECT ${columns} FROM contact WHERE address >= @lo AND address < @hi ORDER BY address LIMIT @limit
`);
const selectKeys = statement<[id: number], { nameKey: string; domain: string; address: string }>(
  "SELECT name_key AS nameKey, domain, address FROM contact WHERE id = ?",
);
const selectUnsubscribed = statement<[contactId: number], { listId: number }>(
  "SELECT list_id AS listId FROM list_contact WHERE contact_id = ? AND status = 'unsubscribed'",
);
// Tables that outlive their contact have no reference to it, so that the schema does not name them.
const moveMessages = statement<[to: number, from: number]>(
  "UPDATE OR IGNORE message SET contact_id = ? WHERE contact_id = ?",
);
const moveEvents = statement<[to: number, from: number]>(
  "UPDATE event SET contact_id = ? WHERE contact_id = ?",
);

export function searchKeys(db: Connection, id: number) {
  return selectKeys(db).get(id);
}

/** Contacts with the same name at the same domain. */
export function sameName(
  db: Connection,
  person: { key: string; domain: string; id: number; limit: number },
): Candidate[] {
  return selectByName(db).all(person);
}

/** Contacts whose address begins so, the first ones. */
export function addressesFrom(db: Connection, prefix: string, limit: number): Candidate[] {
  return selectByPrefix(db).all({ lo: prefix, hi: `${prefix}\u{10ffff}`, limit });
}

export function unsubscribedLists(db: Connection, contactId: number): number[] {
  return selectUnsubscribed(db)
    .all(contactId)
    .map(({ listId }) => listId);
}

/** Gives what was sent to one contact, and what came of it, to another. */
export function moveHistory(db: Connection, from: number, to: number): void {
  moveMessages(db).run(to, from);
  moveEvents(db).run(to, from);
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { Place } from "./contact-place.rules.ts";

/** A contact to write. `fields` is JSON. */
export type ContactWrite = {
  email: string;
  address: string;
  domain: string;
  firstName: string;
  lastName: string;
  language: string;
  fields: string;
  trackingOff: number;
  source: string;
  nameKey: string;
  lastKey: string;
  /** When omitted: empty for a new contact, unchanged for an existing one. */
  place?: Partial<Place>;
  /** For a new contact whose history is older than its row: unix ms. */
  createdAt?: number | undefined;
};

export type ContactRow = Place & {
  id: number;
  email: string;
  address: string;
  firstName: string;
  lastName: string;
  language: string;
  fields: string;
  trackingOff: number;
  source: string;
  createdAt: number;
  updatedAt: number;
  /** Reason of the address's active suppression, if any. */
  suppressionReason: string | null;
};

/** The columns of `ContactRow` except the suppression, of `contact c`. */
export const contactColumns = `c.id, c.email, c.address, c.first_name AS firstName,
  c.last_name AS lastName, c.language, c.time_zone AS timeZone, c.country, c.city, c.fields, c.tracking_off AS trackingOff, c.source,
  c.created_at AS createdAt, c.updated_at AS updatedAt`;

type InsertParams = [
  email: string,
  address: string,
  domain: string,
  firstName: string,
  lastName: string,
  language: string,
  fields: string,
  trackingOff: number,
  source: string,
  nameKey: string,
  lastKey: string,
  timeZone: string,
  country: string,
  city: string,
  createdAt: number,
  updatedAt: number,
  /** For the pause that an earlier contact with this address had chosen. */
  addressAgain: string,
];

// Parameters are positional: an import runs this once per row, and binding by name costs more than the index does.
const insert = statement<InsertParams>(`
  INSERT INTO contact (email, address, domain, first_name, last_name, language, fields,
                       tracking_off, source, name_key, last_key, time_zone, country, city,
                       created_at, updated_at, paused_until)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
          (SELECT until FROM kept_break WHERE address = ?))
  ON CONFLICT (address) DO NOTHING
`);

type NewPlace = { [name in keyof Place]: string | null };

// Does not write unless something changes, because unmodified pages are not replicated.
const update = statement<
  [Omit<ContactWrite, "place" | "createdAt"> & NewPlace & { id: number; now: number }]
>(`
  UPDATE contact
     SET email = @email, address = @address, domain = @domain, first_name = @firstName,
         last_name = @lastName, language = @language, fields = @fields,
         tracking_off = @trackingOff, name_key = @nameKey, last_key = @lastKey,
         time_zone = ifnull(@timeZone, time_zone), country = ifnull(@country, country),
         city = ifnull(@city, city), updated_at = @now
   WHERE id = @id
     AND (email, address, first_name, last_name, language, fields, tracking_off, time_zone, country, city)
         IS NOT (@email, @address, @firstName, @lastName, @language, @fields, @trackingOff,
                 ifnull(@timeZone, time_zone), ifnull(@country, country), ifnull(@city, city))
`);

const selectOne = statement<[now: number, id: number], ContactRow>(`
  SELECT ${contactColumns}, s.reason AS suppressionReason
    FROM contact c
    LEFT JOIN suppression s
      ON s.address = c.address AND (s.expires_at IS NULL OR s.expires_at > ?)
   WHERE c.id = ?
`);

const selectPause = statement<[id: number], { until: number | null }>(
  "SELECT paused_until AS until FROM contact WHERE id = ?",
);
const updatePause = statement<[{ id: number; until: number }]>(`
  UPDATE contact SET paused_until = @until WHERE id = @id AND ifnull(paused_until, 0) < @until
`);

/** The time until which no campaign reaches the contact; null or in the past when it is not paused. */
export function pausedUntil(db: Connection, id: number): number | null {
  return selectPause(db).get(id)?.until ?? null;
}

/** Extends a pause to this time. A longer pause is kept. */
export function prolongPause(db: Connection, id: number, until: number): void {
  updatePause(db).run({ id, until });
}

const selectIdByAddress = statement<[address: string], { id: number }>(
  "SELECT id FROM contact WHERE address = ?",
);

const remove = statement<[id: number]>("DELETE FROM contact WHERE id = ?");

const selectAddress = statement<[id: number], { address: string }>(
  "SELECT address FROM contact WHERE id = ?",
);

const addToCount = statement<[by: number]>(
  "UPDATE audience_count SET n = n + ? WHERE name = 'contacts'",
);

const selectCount = statement<[name: string], { n: number }>(
  "SELECT n FROM audience_count WHERE name = ?",
);

/** The new contact's id, or undefined when its address is taken. The caller updates the total: `countContacts`. */
export function insertContact(db: Connection, contact: ContactWrite, now: number) {
  const done = insert(db).run(
    contact.email,
    contact.address,
    contact.domain,
    contact.firstName,
    contact.lastName,
    contact.language,
    contact.fields,
    contact.trackingOff,
    contact.source,
    contact.nameKey,
    contact.lastKey,
    contact.place?.timeZone ?? "",
    contact.place?.country ?? "",
    contact.place?.city ?? "",
    contact.createdAt ?? now,
    contact.createdAt ?? now,
    contact.address,
  );
  return done.changes === 1 ? Number(done.lastInsertRowid) : undefined;
}

/** False when there is no such contact, or nothing would change. */
export function updateContact(
  db: Connection,
  id: number,
  contact: ContactWrite,
  now: number,
): boolean {
  const { place = {}, createdAt: _, ...rest } = contact;
  const { timeZone = null, country = null, city = null } = place;
  return update(db).run({ ...rest, timeZone, country, city, id, now }).changes === 1;
}

export function findContact(db: Connection, id: number, now: number): ContactRow | undefined {
  return selectOne(db).get(now, id);
}

export function findIdByAddress(db: Connection, address: string): number | undefined {
  return selectIdByAddress(db).get(address)?.id;
}

export function addressOf(db: Connection, id: number): string | undefined {
  return selectAddress(db).get(id)?.address;
}

/**
 * Deletes contacts with their memberships. Their sent messages stay in the campaigns. Returns how many were deleted.
 */
export function deleteContacts(db: Connection, ids: readonly number[]): number {
  let deleted = 0;
  for (const id of ids) {
    deleted += remove(db).run(id).changes;
  }
  moveContactCount(db, -deleted);
  return deleted;
}

/** Adjusts the stored total, in the transaction that added or removed the rows. */
export function moveContactCount(db: Connection, by: number): void {
  if (by !== 0) {
    addToCount(db).run(by);
  }
}

/** A stored total of `audience_count`. */
export function keptCount(db: Connection, name: string): number {
  return selectCount(db).get(name)?.n ?? 0;
}

const selectHighest = statement<[], { id: number | null }>("SELECT max(id) AS id FROM contact");

/** The highest id of a contact, 0 when there is none. */
export function highestContactId(db: Connection): number {
  return selectHighest(db).get()?.id ?? 0;
}

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
// Only a double opt-in that was recorded here outweighs an unsubscribe. A claim from a file or an administrator's
// change does not.
const selectLeft = statement<[{ from: number; to: number }], { listId: number }>(`
  SELECT gone.list_id AS listId FROM list_contact AS gone
   WHERE gone.contact_id = @from AND gone.status = 'unsubscribed'
     AND NOT EXISTS (
           SELECT 1 FROM list_contact AS own
                  JOIN consent ON consent.contact_id = own.contact_id
                  JOIN json_each(consent.list_ids) AS agreed ON agreed.value = own.list_id
            WHERE own.list_id = gone.list_id AND own.contact_id = @to AND own.status = 'subscribed'
              AND consent.action = 'given'
              AND json_extract(consent.proof, '$.confirmedAt') > gone.changed_at)
`);
const insertMerge = statement<[{ from: number; to: number; now: number }]>(`
  INSERT INTO contact_merge (from_id, contact_id, address, at)
  SELECT id, @to, address, @now FROM contact WHERE id = @from
`);
const selectMerged = statement<[contactId: number], { contactId: number; address: string }>(
  "SELECT from_id AS contactId, address FROM contact_merge WHERE contact_id = ? ORDER BY from_id",
);
const selectKept = statement<[address: string], { contactId: number }>(
  "SELECT contact_id AS contactId FROM contact_merge WHERE address = ? ORDER BY at DESC LIMIT 1",
);
// Tables that outlive their contact have no foreign key to it, so reading the schema does not find them.
const moveMessages = statement<[to: number, from: number]>(
  "UPDATE OR IGNORE message SET contact_id = ? WHERE contact_id = ?",
);
const moveEvents = statement<[to: number, from: number]>(
  "UPDATE event SET contact_id = ? WHERE contact_id = ?",
);
const moveSignups = statement<[to: number, from: number]>(
  "UPDATE form_signup SET contact_id = ? WHERE contact_id = ?",
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

/** The first contacts whose address begins with the prefix. */
export function addressesFrom(db: Connection, prefix: string, limit: number): Candidate[] {
  return selectByPrefix(db).all({ lo: prefix, hi: `${prefix}\u{10ffff}`, limit });
}

/** Lists that the contact to be deleted has left and the kept one has not confirmed since. */
export function leftLists(db: Connection, from: number, to: number): number[] {
  return selectLeft(db)
    .all({ from, to })
    .map(({ listId }) => listId);
}

type RefusalRow = Omit<Refusal, "expiresAt"> & { expiresAt: number | null };
type Refusal = {
  reason: "unsubscribed" | "complaint" | "manual" | "unclear";
  source: string;
  detail: string;
  /** Unix ms; undefined means permanent. */
  expiresAt: number | undefined;
};

// In the suppression list a bounce can replace an unsubscribe, but the consent log still shows that the person
// unsubscribed.
const selectRefusal = statement<[{ contactId: number; now: number }], RefusalRow>(`
  SELECT reason, suppression.source, suppression.detail, expires_at AS expiresAt
    FROM contact JOIN suppression USING (address)
   WHERE contact.id = @contactId AND reason <> 'hard_bounce'
     AND (expires_at IS NULL OR expires_at > @now)
   UNION ALL
  SELECT 'unsubscribed', consent.source, consent.detail, NULL
    FROM contact JOIN suppression USING (address) JOIN consent ON consent.contact_id = contact.id
   WHERE contact.id = @contactId AND reason = 'hard_bounce'
     AND consent.action = 'withdrawn' AND consent.list_ids = '[]'
     AND NOT EXISTS (SELECT 1 FROM consent AS later
                      WHERE later.contact_id = contact.id AND later.id > consent.id
                        AND later.action = 'given')
   LIMIT 1
`);

/**
 * The reason why a contact must not get any mail; undefined when there is none. A hard bounce concerns only the
 * address and is ignored.
 */
export function refusalOf(db: Connection, contactId: number, now: number): Refusal | undefined {
  const row = selectRefusal(db).get({ contactId, now });
  return row && { ...row, expiresAt: row.expiresAt ?? undefined };
}

// Country and city are taken over together: a city in another country than the contact's own would be wrong.
const takeOver = statement<[{ from: number; to: number }]>(`
  UPDATE contact
     SET paused_until = CASE WHEN ifnull(gone.paused_until, 0) > ifnull(contact.paused_until, 0)
                             THEN gone.paused_until ELSE contact.paused_until END,
         time_zone = CASE WHEN contact.time_zone = '' THEN gone.time_zone ELSE contact.time_zone END,
         country = CASE WHEN contact.country = '' THEN gone.country ELSE contact.country END,
         city = CASE WHEN contact.city = '' AND contact.country IN ('', gone.country)
                     THEN gone.city ELSE contact.city END
    FROM contact AS gone
   WHERE gone.id = @from AND contact.id = @to
`);

/**
 * Takes over the longer pause, and time zone and place where the kept contact has none. Call before the other contact
 * is deleted.
 */
export function takeOverState(db: Connection, from: number, to: number): void {
  takeOver(db).run({ from, to });
}

/** Records that a contact is merged into another. Call before it is deleted. */
export function rememberMerge(db: Connection, from: number, to: number, now: number): void {
  insertMerge(db).run({ from, to, now });
}

/** Contacts that were merged into this one, with their former addresses. */
export function mergedInto(
  db: Connection,
  contactId: number,
): { contactId: number; address: string }[] {
  return selectMerged(db).all(contactId);
}

/** The contact into which the contact with this address was merged, if any. */
export function keptOf(db: Connection, address: string): number | undefined {
  return selectKept(db).get(address)?.contactId;
}

/** Reassigns sent messages and their events from one contact to another. */
export function moveHistory(db: Connection, from: number, to: number): void {
  moveMessages(db).run(to, from);
  moveEvents(db).run(to, from);
  moveSignups(db).run(to, from);
}

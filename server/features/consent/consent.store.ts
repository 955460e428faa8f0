import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type ConsentAction = "given" | "withdrawn" | "changed";

export type NewConsent = {
  at: number;
  contactId: number;
  action: ConsentAction;
  /** JSON array of list ids. */
  listIds: string;
  source: string;
  actor: string;
  wordingHash: string | null;
  wordingVersion: number | null;
  formId: number | null;
  ip: string;
  userAgent: string;
  /** JSON, or null. */
  proof: string | null;
  detail: string;
};

export type ConsentRow = NewConsent & {
  id: number;
  address: string;
  /** The text whose hash is `wordingHash`. */
  wording: string | null;
  /** JSON array of `[id, name]` of the lists that still exist. */
  listNames: string;
  formName: string | null;
  erasedAt: number | null;
};

const insertEntry = statement<[NewConsent]>(`
  INSERT INTO consent (at, contact_id, address, action, list_ids, source, actor, wording_hash,
                       wording_version, form_id, ip, user_agent, proof, detail)
  SELECT @at, id, address, @action, @listIds, @source, @actor, @wordingHash,
         @wordingVersion, @formId, @ip, @userAgent, @proof, @detail
    FROM contact
   WHERE id = @contactId
`);

/** Adds an entry with the contact's current address; does nothing when there is no such contact. */
export function insertConsent(db: Connection, entry: NewConsent): void {
  insertEntry(db).run(entry);
}

const insertWordingRow = statement<[hash: string, text: string, now: number]>(`
  INSERT INTO consent_wording (hash, text, created_at) VALUES (?, ?, ?)
  ON CONFLICT (hash) DO NOTHING
`);

export function insertWording(db: Connection, hash: string, text: string, now: number): void {
  insertWordingRow(db).run(hash, text, now);
}

const select = `
  SELECT c.id, c.at, c.contact_id AS contactId, c.address, c.action, c.list_ids AS listIds, c.source,
         c.actor, c.wording_hash AS wordingHash, c.wording_version AS wordingVersion,
         c.form_id AS formId, c.ip, c.user_agent AS userAgent, c.proof, c.detail,
         c.erased_at AS erasedAt, w.text AS wording, f.name AS formName,
         (SELECT json_group_array(json_array(list.id, list.name))
            FROM json_each(c.list_ids) AS named JOIN list ON list.id = named.value) AS listNames
    FROM consent c
    LEFT JOIN consent_wording w ON w.hash = c.wording_hash
    LEFT JOIN form f ON f.id = c.form_id`;

// Entries never change, so entries of merged contacts still refer to the original ids.
const selectOfContact = statement<
  [{ contactId: number; before: number; limit: number }],
  ConsentRow
>(`
  ${select}
   WHERE c.contact_id IN (SELECT @contactId
                          UNION ALL SELECT from_id FROM contact_merge WHERE contact_id = @contactId)
     AND c.id < @before
   ORDER BY c.id DESC
   LIMIT @limit
`);

/** Entries below `before` of a contact and of those merged into it, newest first. */
export function consentBefore(db: Connection, contactId: number, before: number, limit: number) {
  return selectOfContact(db).all({ contactId, before, limit });
}

const selectAfter = statement<[after: number, limit: number], ConsentRow>(`
  ${select}
   WHERE c.id > ?
   ORDER BY c.id
   LIMIT ?
`);

/** All entries above `after`, oldest first. */
export function consentAfter(db: Connection, after: number, limit: number): ConsentRow[] {
  return selectAfter(db).all(after, limit);
}

// The table's trigger permits exactly this update, once per entry.
const eraseEntries = statement<
  [{ contactId: number; address: string; pseudonym: string; now: number }]
>(`
  UPDATE consent
     SET address = @pseudonym, ip = '', user_agent = '', proof = NULL, detail = '', erased_at = @now
   WHERE id IN (SELECT id FROM consent WHERE contact_id = @contactId
                UNION SELECT id FROM consent WHERE address = @address)
     AND erased_at IS NULL
`);

/** Returns the number of the person's entries. */
export function eraseConsentRows(
  db: Connection,
  person: { contactId: number; address: string; pseudonym: string; now: number },
): number {
  return eraseEntries(db).run(person).changes;
}

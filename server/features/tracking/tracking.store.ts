import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const selectWorkspaceByNumber = statement<[number: number], { id: string; name: string }>(`
  SELECT id, name
    FROM workspace
   WHERE number = ? AND status <> 'deleting'
`);

export function findWorkspaceByNumber(
  system: Connection,
  number: number,
): { id: string; name: string } | undefined {
  return selectWorkspaceByNumber(system).get(number);
}

export type RecipientRow = {
  contactId: number;
  address: string;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  language: string | null;
  fields: string | null;
  trackingOff: number | null;
};

/** The current contact: the one that this one was merged into, or itself. */
const present = (id: string) =>
  `ifnull((SELECT contact_id FROM contact_merge WHERE from_id = ${id}), ${id})`;

// When a contact was deleted its messages remain, so only the address is known.
const selectRecipient = statement<[campaignId: number, seq: number], RecipientRow>(`
  SELECT ${present("message.contact_id")} AS contactId, message.address, contact.email,
         contact.first_name AS firstName, contact.last_name AS lastName, contact.language,
         contact.fields, contact.tracking_off AS trackingOff
    FROM message
    LEFT JOIN contact ON contact.id = ${present("message.contact_id")}
   WHERE message.campaign_id = ? AND message.seq = ?
`);

export const findRecipient = (db: Connection, campaignId: number, seq: number) =>
  selectRecipient(db).get(campaignId, seq);

/**
 * A link as it was launched. `facts` is null unless the link contains contact values, otherwise JSON of a
 * `LinkSource`.
 */
export type SentLink = { url: string; facts: string | null };

const selectSentLink = statement<[campaignId: number, linkNo: number], SentLink>(`
  SELECT link.url,
         CASE WHEN instr(link.url, '{') > 0 THEN
           json_object('workspace', json_extract(sent.content, '$.workspace'),
                       'name', json_extract(sent.content, '$.name'),
                       'subject', json_extract(sent.content, '$.subject'))
         END AS facts
    FROM campaign_link AS link
    JOIN campaign_content AS sent ON sent.campaign_id = link.campaign_id
   WHERE link.campaign_id = ? AND link.link_no = ?
`);

export const findSentLink = (db: Connection, campaignId: number, linkNo: number) =>
  selectSentLink(db).get(campaignId, linkNo);

type Contact = { id: number; address: string; language: string };

const selectContact = statement<[{ id: number }], Contact>(
  `SELECT id, address, language FROM contact WHERE id = ${present("@id")}`,
);

/** How to reach a contact now, or the one that it was merged into; undefined when there is none. */
export const findContact = (db: Connection, id: number) => selectContact(db).get({ id });

type Lifted = { address: string; contactId: number | null };
const selectLifted = statement<[contactId: number], Lifted>(`
  SELECT erased.address, contact.id AS contactId
    FROM erased_contact AS erased
    LEFT JOIN contact ON contact.address = erased.address
   WHERE erased.contact_id = ? AND erased.address IS NOT NULL
   ORDER BY contact.id IS NULL
   LIMIT 1
`);
const selectErased = statement<[contactId: number], { n: number }>(
  "SELECT EXISTS (SELECT 1 FROM erased_contact WHERE contact_id = ?) AS n",
);

/** The address of an erased contact, once the erasure was lifted, and the contact that has it now. */
export const findLifted = (db: Connection, contactId: number): Lifted | undefined =>
  selectLifted(db).get(contactId);

export const wasErased = (db: Connection, contactId: number): boolean =>
  selectErased(db).get(contactId)?.n === 1;

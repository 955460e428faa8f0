import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

/** What a token or report states about a recipient. */
export type RecipientReference = {
  campaignId: number;
  seq: number;
  /** The contact and its address at that time, from the token. */
  contactId?: number | undefined;
  address?: string | undefined;
};

/** The present identity of a message's recipient. */
export type Person = {
  /** The contact, or the one it was merged into; undefined when neither contact nor message is known. */
  contactId: number | undefined;
  /** The addresses of the message, the token, the contact and all contacts merged into it. */
  addresses: string[];
};

const selectMessage = statement<
  [campaignId: number, seq: number],
  { contactId: number; address: string }
>(`
  SELECT contact_id AS contactId, address FROM message WHERE campaign_id = ? AND seq = ?
`);

const selectPresent = statement<[{ id: number }], { id: number }>(`
  SELECT contact_id AS id FROM contact_merge WHERE from_id = @id
`);

const selectAddresses = statement<[{ id: number }], { address: string }>(`
  SELECT address FROM contact WHERE id = @id
   UNION
  SELECT address FROM contact_merge WHERE contact_id = @id
`);

/** The contact that the given one was merged into; itself when it was not merged. */
export function presentContact(db: Connection, contactId: number): number {
  return selectPresent(db).get({ id: contactId })?.id ?? contactId;
}

/**
 * Resolves a recipient to the present contact and to every address that an opt-out must cover. Since the message was
 * sent, the address may have changed, the contact may have been merged, or both.
 */
export function resolveRecipient(db: Connection, said: RecipientReference): Person {
  const message = selectMessage(db).get(said.campaignId, said.seq);
  const known = message?.contactId ?? said.contactId;
  const contactId = known === undefined ? undefined : presentContact(db, known);
  const own = contactId === undefined ? [] : selectAddresses(db).all({ id: contactId });
  const addresses = [said.address, message?.address, ...own.map(({ address }) => address)];
  return { contactId, addresses: [...new Set(addresses.filter((each) => each !== undefined))] };
}

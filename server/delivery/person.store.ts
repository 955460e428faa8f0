import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

/** What a token or a report says of somebody. */
export type SaidOf = {
  campaignId: number;
  seq: number;
  /** The contact, and the address it had, by the token. */
  contactId?: number | undefined;
  address?: string | undefined;
};

/** Who the recipient of a message is today. */
export type Person = {
  /** The contact, or the one it was merged into; undefined when neither contact nor message is known. */
  contactId: number | undefined;
  /** The message's, the token's, the contact's present one, and those of the contacts that were merged into it. */
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

/** The contact that somebody is today: the one they were merged into, or themselves. */
export function presentContact(db: Connection, contactId: number): number {
  return selectPresent(db).get({ id: contactId })?.id ?? contactId;
}

/**
 * Who somebody is today, and every address at which they are meant when they say that they want no more mail: since
 * the message the address may have been changed, the contact merged into another one, or both.
 */
export function personBehind(db: Connection, said: SaidOf): Person {
  const message = selectMessage(db).get(said.campaignId, said.seq);
  const known = message?.contactId ?? said.contactId;
  const contactId = known === undefined ? undefined : presentContact(db, known);
  const own = contactId === undefined ? [] : selectAddresses(db).all({ id: contactId });
  const addresses = [said.address, message?.address, ...own.map(({ address }) => address)];
  return { contactId, addresses: [...new Set(addresses.filter((each) => each !== undefined))] };
}

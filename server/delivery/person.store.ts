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
  /**
   * The addresses of the message, the token, the contact and all contacts merged into it. Empty for an erased person;
   * once the erasure is lifted, the address that it was lifted for.
   */
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

const selectLifted = statement<[{ id: number }], { address: string; contactId: number | null }>(`
  SELECT lifted.address, contact.id AS contactId
    FROM erased_contact AS lifted
    LEFT JOIN contact ON contact.address = lifted.address
   WHERE lifted.contact_id = @id AND lifted.address IS NOT NULL
`);

const keepRefusal = statement<[{ id: number; refusal: string; at: number }]>(`
  UPDATE erased_contact SET refusal = @refusal, refused_at = @at
   WHERE contact_id = @id AND address IS NULL AND refusal IS NOT 'complaint'
`);

/** The addresses of an erased contact for which the erasure was lifted, with the contact that now has each. */
export const liftedOf = (db: Connection, contactId: number) =>
  selectLifted(db).all({ id: contactId });

/** Stores what an erased person requested, in case the erasure is lifted. */
export function keepErasedRefusal(
  db: Connection,
  id: number,
  refusal: "unsubscribed" | "complaint",
  at: number,
): void {
  keepRefusal(db).run({ id, refusal, at });
}

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
  if (known === undefined) {
    return { contactId: undefined, addresses: addressesAmong([said.address]) };
  }
  const lifted = liftedOf(db, known);
  const returned = lifted.find(({ contactId }) => contactId !== null)?.contactId;
  const contactId = returned ?? presentContact(db, known);
  const own = [...selectAddresses(db).all({ id: contactId }), ...lifted];
  const addresses = [said.address, message?.address, ...own.map(({ address }) => address)];
  return { contactId, addresses: addressesAmong(addresses) };
}

/** Messages of an erased person contain a pseudonym, which has no @. */
function addressesAmong(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.filter((each) => each?.includes("@") === true))] as string[];
}

import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import { changeMembership } from "../lists/lists.service.ts";
import { suppressAddress } from "../suppressions/suppressions.service.ts";
import { recordChange } from "./contact-change.store.ts";
import { mailboxOf, spellingPrefixes } from "./contact-merge.rules.ts";
import {
  addressesFrom,
  type Candidate,
  leftLists,
  moveHistory,
  refusalOf,
  rememberMerge,
  sameName,
  searchKeys,
  takeOverState,
} from "./contact-merge.store.ts";
import type { ContactInput } from "./contact-reader.ts";
import { moveRows } from "./contact-rows.store.ts";
import { parseFields } from "./contacts.rules.ts";
import { changeContact, getContact } from "./contacts.service.ts";
import { deleteContacts, findContact } from "./contacts.store.ts";

const MAX_FOUND = 20;
const MAX_LOOKED_AT = 1_000;

/** Contacts that may be the same person, and why. @throws AppError `not_found` */
export function duplicatesOf(db: Connection, id: number) {
  const own = searchKeys(db, id);
  if (own === undefined) {
    throw notFound("contact");
  }
  const found = new Map<number, Candidate & { why: "mailbox" | "name" }>();
  for (const prefix of spellingPrefixes(own.address)) {
    for (const one of addressesFrom(db, prefix, MAX_LOOKED_AT)) {
      if (one.id !== id && mailboxOf(one.address) === mailboxOf(own.address)) {
        found.set(one.id, { ...one, why: "mailbox" });
      }
    }
  }
  const { nameKey: key, domain } = own;
  for (const one of sameName(db, { key, domain, id, limit: MAX_FOUND })) {
    if (!found.has(one.id)) {
      found.set(one.id, { ...one, why: "name" });
    }
  }
  return { items: [...found.values()].slice(0, MAX_FOUND) };
}

/**
 * Merges two contacts. `from` is deleted, and its memberships, tags, notes, events and messages go to the contact
 * that is kept. Values that the kept contact lacks are taken over, including place and time zone, and the longer
 * pause wins. `choice` decides where both have a value. A suppression of the deleted address stays. The consent log
 * keeps its entries unchanged and shows those of both.
 *
 * For memberships of the same list the stricter one wins, as far as it concerns mail to the kept address. If either
 * address unsubscribed, the merged contact is unsubscribed, unless the kept contact confirmed its own subscription
 * after the other one had unsubscribed. An unconfirmed subscription of the kept address is not confirmed by the other
 * one, and an unconfirmed subscription of the deleted address does not weaken a confirmed one.
 *
 * An unsubscribe from everything, a complaint or a manual suppression concerns the person, so the kept address is
 * suppressed for the same reason. A hard bounce stays with its address.
 *
 * @throws AppError `not_found`, `invalid_input`
 */
export function mergeContacts(
  db: Connection,
  request: { keep: number; from: number; choice?: ContactInput | undefined },
  by: { actorId: string; now: number },
) {
  const { keep, from } = request;
  inTransaction(db, () => {
    // Read under the write lock, as in `changeContact`.
    const { kept, gone } = readPair(db, request, by.now);
    for (const listId of leftLists(db, from, keep)) {
      const change = { listId, contactId: keep, reason: "merged", source: "manual", now: by.now };
      changeMembership(db, { ...change, status: "unsubscribed", actor: by.actorId });
    }
    const refusals = [keep, from].flatMap((id) => refusalOf(db, id, by.now) ?? []);
    takeOverState(db, from, keep);
    rememberMerge(db, from, keep, by.now);
    moveRows(db, from, keep);
    moveHistory(db, from, keep);
    deleteContacts(db, [from]);
    const blanks = {
      ...(kept.firstName === "" ? { firstName: gone.firstName } : {}),
      ...(kept.lastName === "" ? { lastName: gone.lastName } : {}),
      ...(kept.language === "" ? { language: gone.language } : {}),
      ...(gone.trackingOff === 1 ? { trackingOff: true } : {}),
    };
    const fields = {
      ...parseFields(gone.fields),
      ...parseFields(kept.fields),
      ...request.choice?.fields,
    };
    const { address } = changeContact(db, keep, { ...blanks, ...request.choice, fields }, by);
    for (const refusal of refusals) {
      suppressAddress(db, { address, ...refusal }, by.now);
    }
    recordChange(db, {
      contactId: keep,
      at: by.now,
      actor: by.actorId,
      kind: "merge",
      detail: { email: { from: gone.email, to: kept.email } },
    });
  });
  return getContact(db, keep, by.now);
}

function readPair(db: Connection, { keep, from }: { keep: number; from: number }, now: number) {
  const kept = findContact(db, keep, now);
  const gone = findContact(db, from, now);
  if (kept === undefined) {
    throw notFound("contact");
  }
  if (gone === undefined || keep === from) {
    throw invalidField("from", because("not_another_contact"));
  }
  return { kept, gone };
}

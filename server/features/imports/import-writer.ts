import type { Connection } from "../../platform/db/driver.ts";
import { AppError } from "../../platform/errors.ts";
import { recordConsent } from "../consent/consent.service.ts";
import {
  type ContactWrite,
  insertContact,
  moveContactCount,
  nameKeys,
  parseFields,
  updateContact,
} from "../contacts/contacts.service.ts";
import { addMember, addPending } from "../lists/lists.service.ts";
import {
  AGREEMENT_UNKNOWN,
  hasErased,
  isErased,
  type SuppressionReason,
  wasErasedSince,
} from "../suppressions/suppressions.service.ts";
import { requireTags, tagContacts } from "../tags/tags.service.ts";
import { leaveLists, refuse, suppress } from "./import-refusals.ts";
import type { Counts, WriteOptions, Writing } from "./import-writing.ts";
import { countRows, existingContact, insertReject } from "./imports.store.ts";
import { restoreContact } from "./restore-contact.ts";
import type { ReadContact, Refusal } from "./row-reader.ts";

/** A row of a window: its content, or why it is rejected. `rowNo` is 1 for the first row after the header. */
export type Item =
  | { rowNo: number; contact: ReadContact }
  | { rowNo: number; reject: string; refusal?: Refusal | undefined; raw: string };

/** Rows that are read together and written in the order of addresses. */
export type Window = {
  items: Item[];
  startBytes: number;
  endBytes: number;
};

/** Writes rows `from`..`to` of a window and counts them, in the caller's transaction, which also moves the cursor. */
export function writeRows(
  db: Connection,
  { window, from, to }: { window: Window; from: number; to: number },
  options: WriteOptions,
  now: number,
): Counts {
  const counts: Counts = {
    erased: 0,
    suppressed: 0,
    created: 0,
    updated: 0,
    skipped: 0,
    duplicates: 0,
    rejected: 0,
  };
  const mustAsk = hasErased(db);
  const keepsRejects = !wasErasedSince(db, options.uploadedAt);
  const source = `import:${options.importId}`;
  const writing: Writing = { ...options, db, keepsRejects, source, now, counts };
  for (let index = from; index < to; index++) {
    const address = addressOf(window.items[index]);
    if (mustAsk && address !== undefined && isErased(db, address)) {
      counts.erased += 1;
      continue;
    }
    writeItem(writing, window, index);
  }
  moveContactCount(db, counts.created);
  countRows(db, { id: options.importId, rows: to - from, ...counts });
  return counts;
}

/** What is stored of a rejected row if its cells are not kept. */
const NOT_KEPT = "[]";

function addressOf(item: Item | undefined): string | undefined {
  return item === undefined || "contact" in item
    ? item?.contact.address
    : item.refusal?.addresses[0];
}

function writeItem(writing: Writing, window: Window, index: number): void {
  const { db, source, now, counts } = writing;
  const item = window.items[index];
  if (item === undefined) {
    return;
  }
  if ("reject" in item) {
    const { rowNo } = item;
    const raw = writing.keepsRejects ? item.raw : NOT_KEPT;
    insertReject(db, writing.importId, { rowNo, reason: item.reject, raw });
    counts.rejected += 1;
    if (item.refusal !== undefined) {
      counts.suppressed += refuse(writing, item.refusal);
    }
    return;
  }
  const { contact } = item;
  if (writing.suppressAs !== undefined) {
    suppressOnly(writing, contact, isRepeated(window, index), writing.suppressAs);
    return;
  }
  const added = insertContact(db, toWrite(contact, source, now), now);
  const settled = added === undefined ? contact : heldBack(writing, contact);
  if (added === undefined) {
    writeExisting(writing, contact, isRepeated(window, index));
  } else {
    counts.created += 1;
    place(writing, added, settled);
  }
  if (settled.suppress !== undefined) {
    const { address, suppress: reason, suppressDetail: detail, restored } = settled;
    const row = { address, reason, source, detail, expiresAt: restored?.suppressedUntil };
    counts.suppressed += Number(suppress(db, row, now));
  }
}

/** A new contact. It is held back if nobody states that it agreed and the file says nothing stricter. */
function heldBack({ holdsNew }: Writing, contact: ReadContact): ReadContact {
  const isMailable = contact.suppress === undefined && !contact.pending;
  return holdsNew && isMailable
    ? { ...contact, suppress: "unclear", suppressDetail: AGREEMENT_UNKNOWN }
    : contact;
}

function suppressOnly(
  { db, source, now, counts }: Writing,
  contact: ReadContact,
  isRepeatedHere: boolean,
  fallback: SuppressionReason,
): void {
  const reason = contact.suppress ?? fallback;
  const row = { address: contact.address, reason, source, detail: contact.suppressDetail };
  if (suppress(db, row, now)) {
    counts.suppressed += 1;
  } else if (isRepeatedHere) {
    counts.duplicates += 1;
  } else {
    counts.skipped += 1;
  }
}

function writeExisting(writing: Writing, contact: ReadContact, isRepeatedHere: boolean): void {
  const { db, source, now, counts } = writing;
  const old = existingContact(db, contact.address);
  if (old === undefined) {
    throw new Error("a contact that conflicted with an INSERT does not exist");
  }
  if (writing.holdsNew && contact.suppress === undefined) {
    addTags(writing, old.id, contact);
  } else {
    place(writing, old.id, contact);
  }
  const changed = writing.update && updateContact(db, old.id, merge(old, contact), now);
  if (isRepeatedHere || old.source === source) {
    counts.duplicates += 1;
  } else if (changed) {
    counts.updated += 1;
  } else {
    counts.skipped += 1;
  }
}

/** Adds a contact to lists and tags, as the file and the importing person specify. */
function place(writing: Writing, contactId: number, contact: ReadContact): void {
  const { db, source, now, actor, listIds } = writing;
  addTags(writing, contactId, contact);
  const { restored } = contact;
  if (restored !== undefined) {
    restoreContact(db, contactId, restored, { source, actor }, now);
  }
  if (contact.suppress !== undefined) {
    leaveLists(writing, contactId, contact);
  } else if (contact.pending) {
    for (const listId of listIds) {
      addPending(db, {
        listId,
        contactId,
        source,
        reason: "never confirmed, according to the file",
        now,
      });
    }
  } else if (restored?.hasLeft !== true) {
    addToLists(writing, contactId, contact);
  }
}

function addTags(
  { db, now, tagIds: ofAll }: Writing,
  contactId: number,
  { tags }: ReadContact,
): void {
  if (ofAll.length + tags.length > 0) {
    const add = [...ofAll, ...tagIdsOf(db, tags, now)];
    tagContacts(db, { add, remove: [] }, [contactId]);
  }
}

/** Names that are not valid tags are skipped, because an invalid tag is no reason to reject the contact. */
function tagIdsOf(db: Connection, names: readonly string[], now: number): number[] {
  return names.flatMap((name) => {
    try {
      return requireTags(db, [name], now).map(({ id }) => id);
    } catch (error) {
      if (error instanceof AppError) {
        return [];
      }
      throw error;
    }
  });
}

function addToLists(
  { db, source, now, listIds, consent }: Writing,
  contactId: number,
  { optIn }: ReadContact,
): void {
  const joined = listIds.filter((id) => addMember(db, id, contactId, now, source));
  if (consent !== undefined && joined.length > 0) {
    const { actor, hash } = consent;
    const entry = { contactId, action: "given", listIds: joined, source, actor } as const;
    const detail = optIn.at === "" ? "" : `Opted in at ${optIn.at}, according to the file`;
    recordConsent(db, { ...entry, wording: { hash }, ip: optIn.ip, detail }, now);
  }
}

/** The window is sorted by address, so an earlier row with the same address comes directly before. */
function isRepeated(window: Window, index: number): boolean {
  const item = window.items[index];
  const before = window.items[index - 1];
  return (
    item !== undefined &&
    before !== undefined &&
    "contact" in item &&
    "contact" in before &&
    before.contact.address === item.contact.address
  );
}

function toWrite(contact: ReadContact, source: string, now: number): ContactWrite {
  const createdAt = contact.restored?.createdAt;
  return {
    email: contact.email,
    address: contact.address,
    domain: contact.domain,
    firstName: contact.firstName,
    lastName: contact.lastName,
    language: contact.language,
    place: contact.place,
    fields: contact.fields === undefined ? "{}" : JSON.stringify(contact.fields),
    trackingOff: Number(contact.restored?.trackingOff ?? false),
    source,
    createdAt: createdAt === undefined ? undefined : Math.min(createdAt, now),
    ...nameKeys(contact.firstName, contact.lastName),
  };
}

type Existing = NonNullable<ReturnType<typeof existingContact>>;

/** An empty cell does not delete the existing value. */
function merge(old: Existing, contact: ReadContact): ContactWrite {
  const fields =
    contact.fields === undefined
      ? old.fields
      : JSON.stringify(Object.assign(parseFields(old.fields), contact.fields));
  const firstName = contact.firstName || old.firstName;
  const lastName = contact.lastName || old.lastName;
  return {
    email: old.email,
    address: contact.address,
    domain: contact.domain,
    firstName,
    lastName,
    language: contact.language || old.language,
    place: contact.place,
    fields,
    trackingOff: Number(old.trackingOff === 1 || (contact.restored?.trackingOff ?? false)),
    source: old.source,
    ...nameKeys(firstName, lastName),
  };
}

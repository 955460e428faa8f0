import type { Connection } from "../../platform/db/driver.ts";
import { addToList, removeFromList } from "../lists/lists.service.ts";
import {
  findSuppression,
  forgetClaim,
  hasClaim,
  liftSuppression,
  suppressAddress,
} from "../suppressions/suppressions.service.ts";
import { tagContacts } from "../tags/tags.service.ts";
import type { BulkActionName } from "./contact-bulk.store.ts";
import { listFields } from "./contact-fields.store.ts";
import { readContact } from "./contact-reader.ts";
import { insertRow, restoreContact, snapshotContact } from "./contact-rows.store.ts";
import { type Before, forgetBefore, keepBefore, membershipRow } from "./contact-undo.store.ts";
import { type FieldValue, parseFields } from "./contacts.rules.ts";
import { writeChange } from "./contacts.service.ts";
import { addressOf, deleteContacts, findContact, moveContactCount } from "./contacts.store.ts";
import { hasErased, isErased } from "./erased.store.ts";

/** What is done to each contact. */
export type BulkChange = {
  actionId: number;
  action: BulkActionName;
  listId: number;
  tagId: number;
  field: string;
  value: FieldValue | null;
};

/** Who does it; `source` is `bulk:<id>`, so that undoing knows its own. */
export type BulkBy = {
  source: string;
  actor: string;
  now: number;
};

/** Applies a change in the caller's transaction and keeps what is needed to undo it. Returns how many changed. */
export function applyChange(
  db: Connection,
  change: BulkChange,
  ids: readonly number[],
  by: BulkBy,
): number {
  let changed = 0;
  for (const id of ids) {
    const before = applyTo(db, change, id, by);
    if (before !== undefined) {
      keepBefore(db, change.actionId, id, before);
      changed += 1;
    }
  }
  return changed;
}

function applyTo(db: Connection, change: BulkChange, id: number, by: BulkBy): Before | undefined {
  const { listId, tagId } = change;
  switch (change.action) {
    case "delete": {
      const deleted = snapshotContact(db, id);
      return deleteContacts(db, [id]) === 1 && deleted !== undefined ? { deleted } : undefined;
    }
    case "add_to_list":
      return addToList(db, listId, [id], by) === 1 ? { joined: listId } : undefined;
    case "remove_from_list": {
      const left = membershipRow(db, listId, id);
      const isGone = removeFromList(db, listId, [id], by) === 1;
      return isGone && left !== undefined ? { left } : undefined;
    }
    case "suppress":
      return suppress(db, id, by);
    case "set_field":
      return setField(db, change, id, by);
    case "add_tag":
      return tagContacts(db, { add: [tagId], remove: [] }, [id]) === 1
        ? { tagged: tagId }
        : undefined;
    case "remove_tag":
      return tagContacts(db, { add: [], remove: [tagId] }, [id]) === 1
        ? { untagged: tagId }
        : undefined;
  }
}

function suppress(db: Connection, id: number, by: BulkBy): Before | undefined {
  const address = addressOf(db, id);
  if (address === undefined) {
    return undefined;
  }
  const row = { address, reason: "manual" as const, source: by.source, detail: "" };
  const isNew = suppressAddress(db, row, by.now) || hasClaim(db, address, by.source);
  return isNew ? { suppressed: address } : undefined;
}

/** Takes back that the action suppresses an address; who has unsubscribed meanwhile, or is held by others, stays so. */
function unsuppress(db: Connection, address: string, { source }: BulkBy): boolean {
  const holding = findSuppression(db, address);
  if (holding?.source === source) {
    return liftSuppression(db, holding);
  }
  forgetClaim(db, address, source);
  return false;
}

function setField(
  db: Connection,
  change: Pick<BulkChange, "field" | "value">,
  id: number,
  by: BulkBy,
): Before | undefined {
  const old = findContact(db, id, by.now);
  if (old === undefined) {
    return undefined;
  }
  const { field, value } = change;
  const contact = readContact(listFields(db), { fields: { [field]: value } }, old, old.source);
  const before = parseFields(old.fields)[field] ?? null;
  const isChanged = writeChange(db, old, contact, { actorId: by.actor, now: by.now });
  return isChanged ? { field, value: before } : undefined;
}

/** Puts one contact back as it was, in the caller's transaction; false where something else came in between. */
export function undoOne(
  db: Connection,
  actionId: number,
  one: { contactId: number; before: Before },
  by: BulkBy,
): boolean {
  forgetBefore(db, actionId, one.contactId);
  const { contactId, before } = one;
  if ("deleted" in before) {
    return bringBack(db, before.deleted);
  }
  if ("joined" in before) {
    return removeFromList(db, before.joined, [contactId], by) === 1;
  }
  if ("left" in before) {
    return insertRow(db, "list_contact", before.left);
  }
  if ("suppressed" in before) {
    return unsuppress(db, before.suppressed, by);
  }
  if ("field" in before) {
    const known = listFields(db).some((field) => field.key === before.field);
    return known && setField(db, before, contactId, by) !== undefined;
  }
  const tags =
    "tagged" in before
      ? { add: [], remove: [before.tagged] }
      : { add: [before.untagged], remove: [] };
  return (
    findContact(db, contactId, by.now) !== undefined && tagContacts(db, tags, [contactId]) === 1
  );
}

function bringBack(db: Connection, deleted: Extract<Before, { deleted: unknown }>["deleted"]) {
  const address = String(deleted.contact["address"]);
  const isBack = !(hasErased(db) && isErased(db, address)) && restoreContact(db, deleted);
  moveContactCount(db, isBack ? 1 : 0);
  return isBack;
}

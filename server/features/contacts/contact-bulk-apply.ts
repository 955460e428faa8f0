import type { Connection } from "../../platform/db/driver.ts";
import { addToList, removeFromList } from "../lists/lists.service.ts";
import {
  findSuppression,
  forgetClaim,
  hasClaim,
  hasErased,
  isErased,
  liftSuppression,
  suppressAddress,
} from "../suppressions/suppressions.service.ts";
import { presentTags, tagContacts, tagsOf } from "../tags/tags.service.ts";
import { listFields } from "./contact-fields.store.ts";
import { readContact } from "./contact-reader.ts";
import { insertRow, restoreContact, snapshotContact } from "./contact-rows.store.ts";
import { type Before, forgetBefore, keepBefore, membershipRow } from "./contact-undo.store.ts";
import { type FieldValue, parseFields } from "./contacts.rules.ts";
import { writeChange } from "./contacts.service.ts";
import { addressOf, deleteContacts, findContact, moveContactCount } from "./contacts.store.ts";

/** The change made to each contact, by kind of task. */
export type BulkChange =
  | { kind: "contact_delete" | "contact_suppress" }
  | { kind: "list_add" | "list_remove"; listId: number }
  | { kind: "field_set"; field: string; value: FieldValue | null }
  | { kind: "tag_apply"; add: number[]; remove: number[] };

/** Who makes the change. `source` is `bulk:<id>`, so that undo can find its own changes. */
export type BulkBy = {
  source: string;
  actor: string;
  now: number;
};

/**
 * Applies a change in the caller's transaction and stores what is needed to undo it. Returns how many contacts
 * changed.
 */
export function applyChange(
  db: Connection,
  taskId: number,
  change: BulkChange,
  ids: readonly number[],
  by: BulkBy,
): number {
  let changed = 0;
  for (const id of ids) {
    const before = applyTo(db, change, id, by);
    if (before !== undefined) {
      keepBefore(db, taskId, id, before);
      changed += 1;
    }
  }
  return changed;
}

function applyTo(db: Connection, change: BulkChange, id: number, by: BulkBy): Before | undefined {
  switch (change.kind) {
    case "contact_delete": {
      const deleted = snapshotContact(db, id);
      return deleteContacts(db, [id]) === 1 && deleted !== undefined ? { deleted } : undefined;
    }
    case "list_add":
      return addToList(db, change.listId, [id], by) === 1 ? { joined: change.listId } : undefined;
    case "list_remove": {
      const left = membershipRow(db, change.listId, id);
      const isGone = removeFromList(db, change.listId, [id], by) === 1;
      return isGone && left !== undefined ? { left } : undefined;
    }
    case "contact_suppress":
      return suppress(db, id, by);
    case "field_set":
      return setField(db, change, id, by);
    case "tag_apply":
      return changeTags(db, change, id);
  }
}

/** A tag that is both added and removed ends up removed. Tags that no longer exist are skipped. */
function changeTags(
  db: Connection,
  change: { add: number[]; remove: number[] },
  id: number,
): Before | undefined {
  const remove = presentTags(db, change.remove);
  const add = presentTags(db, change.add).filter((tagId) => !remove.includes(tagId));
  const had = new Set(tagsOf(db, id).map((tag) => tag.id));
  if (tagContacts(db, { add, remove }, [id]) === 0) {
    return undefined;
  }
  return {
    tagged: add.filter((tagId) => !had.has(tagId)),
    untagged: remove.filter((tagId) => had.has(tagId)),
  };
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

/**
 * Undoes the suppression of an address by this action. It stays suppressed if the person has unsubscribed since, or if
 * there is another reason.
 */
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
  change: { field: string; value: FieldValue | null },
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

/** Restores one contact, in the caller's transaction. False where a later change prevents it. */
export function undoOne(
  db: Connection,
  taskId: number,
  one: { contactId: number; before: Before },
  by: BulkBy,
): boolean {
  forgetBefore(db, taskId, one.contactId);
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
  const tags = { add: presentTags(db, before.untagged), remove: before.tagged };
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

import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { AppError, because, type FieldProblem, invalidField } from "../../platform/errors.ts";
import { recordConsent } from "../consent/consent.service.ts";
import {
  addMember,
  addToList,
  changeMembership,
  removeFromList,
  requireLists,
} from "../lists/lists.service.ts";
import { refuseErased } from "../suppressions/suppressions.service.ts";
import { listFields, type StoredField } from "./contact-fields.store.ts";
import { addressTaken, type ContactInput, readContact } from "./contact-reader.ts";
import { contactIdOf, getContact, writeChange } from "./contacts.service.ts";
import { findContact, findIdByAddress, insertContact, moveContactCount } from "./contacts.store.ts";

/** How long one transaction of a batch may hold the workspace's write lock and this thread. */
const HOLD_MS = 5;

/** `upsert` creates or changes; `create` skips existing contacts; `update` never creates. */
export type BatchMode = "upsert" | "create" | "update";

/** The outcome of one item of a batch. */
export type ItemResult = {
  index: number;
  outcome: "created" | "updated" | "unchanged" | "rejected";
  /** Contact id; null when there is no contact. */
  id: number | null;
  problems: FieldProblem[];
};

export type UpsertItem = ContactInput & { email: string; listIds?: number[] | undefined };

type By = { actorId: string; source: string; now: number };

export type BatchContext = {
  /** Returns the workspace's connection and is called after each pause. */
  open: () => Connection;
  clock: Clock;
  actorId: string;
  /** `api`, `manual`. */
  source: string;
};

/**
 * Creates or changes one contact by address and adds it to the named lists. Contacts who unsubscribed from a list are
 * not subscribed again.
 *
 * @throws AppError `invalid_input` per field, `erased`.
 */
export function upsertContact(db: Connection, item: UpsertItem, by: By) {
  const done = inTransaction(db, () => upsertOne(db, listFields(db), item, "upsert", by));
  return { outcome: done.outcome, contact: getContact(db, done.id, by.now) };
}

/**
 * Applies up to 1,000 items in short transactions, so that others can work in between. Each item has its own result.
 */
export async function upsertContacts(
  context: BatchContext,
  items: readonly UpsertItem[],
  mode: BatchMode,
): Promise<ItemResult[]> {
  return inSlices(context, items, (db, item, by) => {
    const { outcome, id } = upsertOne(db, listFields(db), item, mode, by);
    return { outcome, id };
  });
}

/** A change of one list membership: `add` never undoes an unsubscribe, `subscribe` does. */
export type MembershipItem = {
  email?: string | undefined;
  contactId?: number | undefined;
  listId: number;
  action: "add" | "subscribe" | "unsubscribe" | "remove";
  reason?: string | undefined;
};

/** Changes up to 1,000 memberships in the same way as `upsertContacts`. */
export async function changeMemberships(
  context: BatchContext,
  items: readonly MembershipItem[],
): Promise<ItemResult[]> {
  return inSlices(context, items, (db, item, by) => {
    requireLists(db, [item.listId], "listId");
    const contactId = contactOf(db, item, by.now);
    return { outcome: changeOne(db, item, contactId, by), id: contactId };
  });
}

function changeOne(db: Connection, item: MembershipItem, contactId: number, by: By) {
  const { listId, action, reason = "" } = item;
  const change = { source: by.source, now: by.now, actor: by.actorId };
  if (action === "add") {
    return addToList(db, listId, [contactId], change) === 1 ? "created" : "unchanged";
  }
  if (action === "remove") {
    return removeFromList(db, listId, [contactId], change) === 1 ? "updated" : "unchanged";
  }
  const status = action === "subscribe" ? ("subscribed" as const) : ("unsubscribed" as const);
  return changeMembership(db, { ...change, listId, contactId, reason, status })
    ? "updated"
    : "unchanged";
}

function contactOf(db: Connection, item: MembershipItem, now: number): number {
  if ((item.email === undefined) === (item.contactId === undefined)) {
    throw invalidField("contactId", because("contact_or_email"));
  }
  return contactIdOf(db, item, now);
}

/**
 * Everything is checked before the first write, because a savepoint per item would cost more than the item itself.
 */
function upsertOne(
  db: Connection,
  specs: StoredField[],
  item: UpsertItem,
  mode: BatchMode,
  by: By,
): { outcome: Exclude<ItemResult["outcome"], "rejected">; id: number } {
  const { listIds = [], ...input } = item;
  requireLists(db, listIds, "listIds");
  const read = parseEmailAddress(item.email);
  const known = isAddressFault(read) ? undefined : findIdByAddress(db, read.address);
  const old = known === undefined ? undefined : findContact(db, known, by.now);
  // An address that differs only in case is the same address and does not rename the contact.
  const said = old === undefined ? input : { ...input, email: old.email };
  const contact = readContact(specs, said, old, old?.source ?? by.source);
  if (old !== undefined && mode === "create") {
    throw addressTaken();
  }
  if (old === undefined && mode === "update") {
    throw invalidField("email", because("unknown_contact_address"));
  }
  refuseErased(db, contact.address);
  if (old !== undefined) {
    const changed = writeChange(db, old, contact, by);
    const joined = join(db, old.id, listIds, by);
    return { outcome: changed || joined ? "updated" : "unchanged", id: old.id };
  }
  const id = insertContact(db, contact, by.now);
  if (id === undefined) {
    throw new Error("an INSERT failed because of an address that no contact has");
  }
  moveContactCount(db, 1);
  join(db, id, listIds, by);
  return { outcome: "created", id };
}

function join(db: Connection, id: number, listIds: readonly number[], by: By): boolean {
  const joined = listIds.filter((listId) => addMember(db, listId, id, by.now, by.source));
  if (joined.length > 0) {
    const { source, actorId: actor } = by;
    const entry = { contactId: id, action: "given", listIds: joined, source, actor } as const;
    recordConsent(db, entry, by.now);
  }
  return joined.length > 0;
}

/**
 * Processes the items in order, as many per transaction as fit into a few milliseconds. A refused item changes
 * nothing and reports why. Finished items stay finished if the process dies.
 */
async function inSlices<T>(
  context: BatchContext,
  items: readonly T[],
  work: (db: Connection, item: T, by: By) => Pick<ItemResult, "outcome" | "id">,
): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  while (results.length < items.length) {
    const db = context.open();
    const by = { actorId: context.actorId, source: context.source, now: context.clock() };
    inTransaction(db, () => {
      const endAt = performance.now() + HOLD_MS;
      do {
        const index = results.length;
        results.push(attempt(index, () => work(db, items[index] as T, by)));
      } while (results.length < items.length && performance.now() < endAt);
    });
    await Bun.sleep(0);
  }
  return results;
}

function attempt(index: number, work: () => Pick<ItemResult, "outcome" | "id">): ItemResult {
  try {
    return { index, ...work(), problems: [] };
  } catch (error) {
    if (error instanceof AppError) {
      const reason = error.message;
      const problems = error.fields.length > 0 ? error.fields : [{ field: "item", reason }];
      return { index, outcome: "rejected", id: null, problems };
    }
    throw error;
  }
}

/** The results with the number of each outcome. */
export function countOutcomes(items: ItemResult[]) {
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 };
  for (const { outcome } of items) {
    counts[outcome] += 1;
  }
  return { ...counts, items };
}

import { refuseWhileFreezing } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound, refusedField } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { recordConsent } from "../consent/consent.service.ts";
import {
  addMemberIfContact,
  campaignInNeed,
  deleteListRow,
  findIdByNameKey,
  findList,
  insertList,
  insertMembershipRow,
  type ListRow,
  listsAfter,
  listsBeingDeleted,
  type MembershipChange,
  type MembershipStatus,
  markListBeingDeleted,
  publicLists,
  publicListsAmong,
  removeMember,
  removeSomeMembers,
  setMembership,
  updateList,
} from "./lists.store.ts";

export { addMember, addPending, membershipsOf } from "./lists.store.ts";

const DELETE_AT_ONCE = 2_000;

/** A list as the API returns it. */
export type List = Omit<ListRow, "isPublic" | "doubleOptIn"> & {
  isPublic: boolean;
  doubleOptIn: boolean;
};

/** A page of the workspace's lists by name. `q` matches any part of a name. */
export function listLists(
  db: Connection,
  query: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [nameKey, id],
  } = readPage(query, ["", 0]);
  const rows = listsAfter(db, {
    q: nameKeyOf(query.q ?? ""),
    nameKey: String(nameKey),
    id,
    limit: limit + 1,
  });
  const page = cutPage(rows, limit, (row) => [row.nameKey, row.id]);
  return {
    items: page.items.map(({ nameKey: _, ...list }) => toList(list)),
    nextCursor: page.nextCursor,
  };
}

/** @throws AppError `not_found` */
export function getList(db: Connection, id: number): List {
  const list = findList(db, id);
  if (list === undefined) {
    throw notFound("list");
  }
  return toList(list);
}

/** The public lists that people can choose from, by name; the first 100. */
export function listTopics(db: Connection): List[] {
  return publicLists(db).map(toList);
}

/** Those of the given lists that exist and are public, by name. */
export function topicsAmong(db: Connection, ids: readonly number[]): List[] {
  return ids.length === 0 ? [] : publicListsAmong(db, ids).map(toList);
}

type ListInput = {
  description?: string | undefined;
  isPublic?: boolean | undefined;
  doubleOptIn?: boolean | undefined;
};

/**
 * Creates a list, private and with double opt-in by default.
 *
 * @throws AppError `conflict` when another list has the same name, ignoring case.
 */
export function createList(db: Connection, input: ListInput & { name: string }, now: number): List {
  const name = readName(input.name);
  const list = insertList(db, { name, ...valuesOf(input, newList), nameKey: nameKeyOf(name), now });
  if (list === undefined) {
    throw nameTaken(name);
  }
  return toList(list);
}

/** Changes the given properties. @throws AppError `not_found`, or `conflict` for a name that is taken. */
export function changeList(
  db: Connection,
  id: number,
  input: ListInput & { name?: string | undefined },
  now: number,
): List {
  const old = getList(db, id);
  const name = input.name === undefined ? old.name : readName(input.name);
  const values = valuesOf(input, old);
  const list = updateList(db, { id, name, ...values, nameKey: nameKeyOf(name), now });
  if (list === undefined) {
    throw nameTaken(name);
  }
  return toList(list);
}

const newList = { description: "", isPublic: false, doubleOptIn: true };

function valuesOf(input: ListInput, old: typeof newList) {
  return {
    description: input.description ?? old.description,
    isPublic: Number(input.isPublic ?? old.isPublic),
    doubleOptIn: Number(input.doubleOptIn ?? old.doubleOptIn),
  };
}

function toList(row: ListRow): List {
  return { ...row, isPublic: row.isPublic === 1, doubleOptIn: row.doubleOptIn === 1 };
}

/**
 * Deletes a list and its memberships, 2,000 per transaction, so that others can work in between; the contacts stay.
 * The list is hidden from the first transaction on. If the deletion is interrupted, the nightly clean-up finishes it.
 * Once it has started, no campaign that includes or excludes the list can be launched.
 *
 * @param open Returns the workspace's connection and is called after each pause.
 * @throws AppError `not_found`; `in_use` while a campaign is being prepared, or one in progress excludes its members.
 */
export async function deleteList(open: () => Connection, id: number): Promise<void> {
  const db = open();
  inTransaction(db, () => {
    getList(db, id);
    refuseWhileNeeded(db, id);
    markListBeingDeleted(db, id);
  });
  await removeAll(open, id);
}

/** Finishes interrupted list deletions. Safe to repeat, and safe to run during a deletion. */
export async function finishDeletions(open: () => Connection): Promise<void> {
  for (const id of listsBeingDeleted(open())) {
    await removeAll(open, id);
  }
}

async function removeAll(open: () => Connection, id: number): Promise<void> {
  while (removeSomeMembers(open(), id, DELETE_AT_ONCE) === DELETE_AT_ONCE) {
    await Bun.sleep(1);
  }
  deleteListRow(open(), id);
}

function refuseWhileNeeded(db: Connection, id: number): void {
  refuseWhileFreezing(db);
  const campaign = campaignInNeed(db, id);
  if (campaign !== undefined) {
    throw new AppError(
      "in_use",
      because("list_excluded", { campaign: campaign.name, status: campaign.status }),
    );
  }
}

/**
 * Adds contacts to a list. Existing members keep their status, so nobody is subscribed again against their will.
 * Returns how many are new.
 */
export function addToList(
  db: Connection,
  listId: number,
  contactIds: readonly number[],
  change: { source: string; now: number; actor: string },
): number {
  getList(db, listId);
  return inTransaction(db, () => {
    let added = 0;
    for (const contactId of contactIds) {
      if (addMemberIfContact(db, { ...change, listId, contactId, reason: "" })) {
        const entry = {
          contactId,
          action: "given",
          listIds: [listId],
          ...byPerson(change),
        } as const;
        recordConsent(db, entry, change.now);
        added += 1;
      }
    }
    return added;
  });
}

/** Removes contacts from a list. Unsubscribes stay recorded. Returns how many were removed. */
export function removeFromList(
  db: Connection,
  listId: number,
  contactIds: readonly number[],
  change: { source: string; now: number; actor: string },
): number {
  return inTransaction(db, () => {
    let removed = 0;
    for (const contactId of contactIds) {
      if (removeMember(db, listId, contactId)) {
        const entry = { contactId, action: "withdrawn", listIds: [listId] } as const;
        recordConsent(db, { ...entry, ...byPerson(change) }, change.now);
        removed += 1;
      }
    }
    return removed;
  });
}

/** `by:…` would only repeat the actor, while a bulk action's number adds information. */
function byPerson({ source, actor }: { source: string; actor: string }) {
  return { source: source.startsWith("by:") ? "manual" : source, actor };
}

/**
 * Subscribes or unsubscribes one contact at a user's request. This is the only way back from `unsubscribed`. False when
 * nothing changes.
 *
 * @throws AppError `not_found` for the list.
 */
export function changeMembership(
  db: Connection,
  change: MembershipChange & { status: "subscribed" | "unsubscribed"; actor: string },
): boolean {
  getList(db, change.listId);
  return inTransaction(db, () => {
    const { actor, ...membership } = change;
    const isChanged = setMembership(db, membership);
    if (isChanged) {
      const { contactId, listId, status, reason, now } = change;
      const action = status === "subscribed" ? "given" : "withdrawn";
      const entry = { contactId, action, listIds: [listId], detail: reason } as const;
      recordConsent(db, { ...entry, ...byPerson({ source: change.source, actor }) }, now);
    }
    return isChanged;
  });
}

/**
 * Subscribes or unsubscribes a person at their own request. The caller writes the consent entry, because it knows the
 * details. False when nothing changes.
 */
export function changeOwnMembership(
  db: Connection,
  change: MembershipChange & { status: "subscribed" | "unsubscribed" },
): boolean {
  return setMembership(db, change);
}

/**
 * Restores a membership of an existing contact. The caller writes the consent entry. False when the contact already
 * has a membership in the list, which then stays unchanged.
 */
export function restoreMembership(
  db: Connection,
  membership: MembershipChange & { status: MembershipStatus },
): boolean {
  return insertMembershipRow(db, membership);
}

/** The id of the list with this name, ignoring case. */
export function findListByName(db: Connection, name: string): number | undefined {
  return findIdByNameKey(db, nameKeyOf(name.replace(/\s+/g, " ")));
}

/** @throws AppError `invalid_input` naming `field` when one of the ids is not a list. */
export function requireLists(db: Connection, ids: readonly number[], field: string): void {
  const unknown = ids.find((id) => findList(db, id) === undefined);
  if (unknown !== undefined) {
    throw invalidField(field, because("unknown_list", { list: unknown }));
  }
}

function readName(written: string): string {
  const name = written.trim().replace(/\s+/g, " ");
  if (name === "") {
    throw invalidField("name", because("empty"));
  }
  return name;
}

function nameKeyOf(name: string): string {
  return name.normalize("NFC").toLowerCase().trim();
}

function nameTaken(name: string): AppError {
  return refusedField("conflict", "name", because("list_exists", { name }));
}

import { refuseWhileFreezing } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { recordConsent } from "../consent/consent.service.ts";
import {
  addMemberIfContact,
  campaignInNeed,
  deleteListRow,
  findIdByNameKey,
  findList,
  goingLists,
  insertList,
  insertMembershipRow,
  type ListRow,
  listsAfter,
  type MembershipChange,
  type MembershipStatus,
  markGoing,
  publicLists,
  publicListsAmong,
  removeMember,
  removeSomeMembers,
  setMembership,
  updateList,
} from "./lists.store.ts";

export { addMember, addPending, membershipsOf } from "./lists.store.ts";

const DELETE_AT_ONCE = 2_000;

/** A list as the product shows it. */
export type List = Omit<ListRow, "isPublic" | "doubleOptIn"> & {
  isPublic: boolean;
  doubleOptIn: boolean;
};

/** A page of the workspace's lists by name; `q` is any part of a name. */
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

/** The topics people may choose from, by name; the first 100. */
export function listTopics(db: Connection): List[] {
  return publicLists(db).map(toList);
}

/** Those of some lists that are there and public, by name. */
export function topicsAmong(db: Connection, ids: readonly number[]): List[] {
  return ids.length === 0 ? [] : publicListsAmong(db, ids).map(toList);
}

type ListInput = {
  description?: string | undefined;
  isPublic?: boolean | undefined;
  doubleOptIn?: boolean | undefined;
};

/**
 * Creates a list; private and with double opt-in unless said otherwise.
 *
 * @throws AppError `conflict` when another has the same name in any letter case.
 */
export function createList(db: Connection, input: ListInput & { name: string }, now: number): List {
  const name = readName(input.name);
  const list = insertList(db, { name, ...valuesOf(input, newList), nameKey: nameKeyOf(name), now });
  if (list === undefined) {
    throw nameTaken(name);
  }
  return toList(list);
}

/** Changes what is given. @throws AppError `not_found`, or `conflict` for a name that is taken. */
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
 * Deletes a list and its memberships, 2,000 a transaction, letting others work in between; the contacts
 * stay. It is not shown any more from the first piece on; stopped half-way, it is removed in the night. From the first member on no campaign can be
 * launched that reaches or leaves out its members.
 *
 * @param open Gives the workspace's connection anew after each pause.
 * @throws AppError `not_found`; `in_use` while a campaign is being prepared, or one under way leaves out its members.
 */
export async function deleteList(open: () => Connection, id: number): Promise<void> {
  const db = open();
  inTransaction(db, () => {
    getList(db, id);
    refuseWhileNeeded(db, id);
    markGoing(db, id);
  });
  await removeAll(open, id);
}

/** Ends the deletions of lists that were stopped half-way. Safe to run again, and beside one that is under way. */
export async function finishDeletions(open: () => Connection): Promise<void> {
  for (const id of goingLists(open())) {
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
    const { name, status } = campaign;
    throw new AppError(
      "in_use",
      `The campaign "${name}" (${status}) excludes this list. Delete the list once the campaign is finished.`,
    );
  }
}

/** Adds contacts; who was in the list keeps their status, so nobody is subscribed against their will. Returns how many are new. */
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

/** Takes contacts out of a list; who unsubscribed stays recorded as such. Returns how many went. */
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

/** `by:…` says the same as the actor; a bulk action has a number that tells more. */
function byPerson({ source, actor }: { source: string; actor: string }) {
  return { source: source.startsWith("by:") ? "manual" : source, actor };
}

/**
 * Subscribes or unsubscribes one contact because somebody said so: the only way back from
 * `unsubscribed`. False when it changes nothing.
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
 * Subscribes or unsubscribes a person by their own wish; the caller writes the ledger, which knows more of
 * it than the list. False when it changes nothing.
 */
export function changeOwnMembership(
  db: Connection,
  change: MembershipChange & { status: "subscribed" | "unsubscribed" },
): boolean {
  return setMembership(db, change);
}

/**
 * Gives a contact, who is known to exist, back a membership as it was; the ledger is the caller's. False when there is
 * one in that list already, which stays as it is.
 */
export function restoreMembership(
  db: Connection,
  membership: MembershipChange & { status: MembershipStatus },
): boolean {
  return insertMembershipRow(db, membership);
}

/** The id of the list that has this name, in any letter case. */
export function findListByName(db: Connection, name: string): number | undefined {
  return findIdByNameKey(db, nameKeyOf(name.replace(/\s+/g, " ")));
}

/** @throws AppError `invalid_input` naming `field` when one of the ids is no list. */
export function requireLists(db: Connection, ids: readonly number[], field: string): void {
  const unknown = ids.find((id) => findList(db, id) === undefined);
  if (unknown !== undefined) {
    throw invalidField(field, `there is no list ${unknown}`);
  }
}

function readName(written: string): string {
  const name = written.trim().replace(/\s+/g, " ");
  if (name === "") {
    throw invalidField("name", "is empty");
  }
  return name;
}

function nameKeyOf(name: string): string {
  return name.normalize("NFC").toLowerCase().trim();
}

function nameTaken(name: string): AppError {
  const reason = `a list named "${name}" exists already`;
  return new AppError("conflict", reason, { fields: [{ field: "name", reason }] });
}

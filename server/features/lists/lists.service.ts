import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, decodeCursor } from "../../platform/http/cursor.ts";
import {
  addMemberIfContact,
  deleteListRow,
  findList,
  insertList,
  type ListRow,
  listsAfter,
  type MembershipChange,
  removeMember,
  removeSomeMembers,
  setMembership,
  updateList,
} from "./lists.store.ts";

export { addMember, membershipsOf } from "./lists.store.ts";

const DELETE_AT_ONCE = 2_000;

/** A page of the workspace's lists by name; `q` is any part of a name. */
export function listLists(
  db: Connection,
  query: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const limit = query.limit ?? 50;
  const [nameKey, id] = query.cursor === undefined ? ["", 0] : decodeCursor(query.cursor, 2);
  const rows = listsAfter(db, {
    q: nameKeyOf(query.q ?? ""),
    nameKey: String(nameKey),
    id: Number(id),
    limit: limit + 1,
  });
  const page = cutPage(rows, limit, (row) => [row.nameKey, row.id]);
  return { items: page.items.map(({ nameKey: _, ...list }) => list), nextCursor: page.nextCursor };
}

/** @throws AppError `not_found` */
export function getList(db: Connection, id: number): ListRow {
  const list = findList(db, id);
  if (list === undefined) {
    throw notFound("list");
  }
  return list;
}

/** Creates a list. @throws AppError `conflict` when another has the same name in any letter case. */
export function createList(
  db: Connection,
  input: { name: string; description?: string | undefined },
  now: number,
): ListRow {
  const name = readName(input.name);
  const list = insertList(db, {
    name,
    nameKey: nameKeyOf(name),
    description: input.description ?? "",
    now,
  });
  if (list === undefined) {
    throw nameTaken(name);
  }
  return list;
}

/** Renames or describes a list. @throws AppError `not_found`, or `conflict` for a name that is taken. */
export function changeList(
  db: Connection,
  id: number,
  input: { name?: string | undefined; description?: string | undefined },
  now: number,
): ListRow {
  const old = getList(db, id);
  const name = input.name === undefined ? old.name : readName(input.name);
  const description = input.description ?? old.description;
  const list = updateList(db, { id, name, nameKey: nameKeyOf(name), description, now });
  if (list === undefined) {
    throw nameTaken(name);
  }
  return list;
}

/**
 * Deletes a list and its memberships, 2,000 a transaction, letting others work in between; the contacts
 * stay. Stopped half-way, it has fewer members and can be deleted again.
 *
 * @param open Gives the workspace's connection anew after each pause.
 * @throws AppError `not_found`
 */
export async function deleteList(open: () => Connection, id: number): Promise<void> {
  getList(open(), id);
  while (removeSomeMembers(open(), id, DELETE_AT_ONCE) === DELETE_AT_ONCE) {
    await Bun.sleep(1);
  }
  deleteListRow(open(), id);
}

/** Adds contacts; who was in the list keeps their status, so nobody is subscribed against their will. Returns how many are new. */
export function addToList(
  db: Connection,
  listId: number,
  contactIds: readonly number[],
  change: { source: string; now: number },
): number {
  getList(db, listId);
  return inTransaction(db, () => {
    let added = 0;
    for (const contactId of contactIds) {
      added += Number(addMemberIfContact(db, { ...change, listId, contactId, reason: "" }));
    }
    return added;
  });
}

/** Takes contacts out of a list; who unsubscribed stays recorded as such. Returns how many went. */
export function removeFromList(
  db: Connection,
  listId: number,
  contactIds: readonly number[],
): number {
  return inTransaction(db, () => {
    let removed = 0;
    for (const contactId of contactIds) {
      removed += Number(removeMember(db, listId, contactId));
    }
    return removed;
  });
}

/**
 * Subscribes or unsubscribes one contact because somebody said so: the only way back from
 * `unsubscribed`. False when it changes nothing.
 *
 * @throws AppError `not_found` for the list.
 */
export function changeMembership(
  db: Connection,
  change: MembershipChange & { status: "subscribed" | "unsubscribed" },
): boolean {
  getList(db, change.listId);
  return setMembership(db, change);
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

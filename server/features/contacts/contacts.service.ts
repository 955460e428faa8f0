import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, decodeCursor, encodeCursor, readPage } from "../../platform/http/cursor.ts";
import { recordConsent } from "../consent/consent.service.ts";
import { addMember, membershipsOf, requireLists } from "../lists/lists.service.ts";
import { refuseErased } from "../suppressions/suppressions.service.ts";
import { tagsOf } from "../tags/tags.service.ts";
import { actorNames } from "../users/actors.service.ts";
import { moveAddress } from "./contact-address.ts";
import { differences } from "./contact-change.rules.ts";
import { recordChange } from "./contact-change.store.ts";
import { listFields } from "./contact-fields.store.ts";
import { addressTaken, type ContactInput, readContact } from "./contact-reader.ts";
import {
  type ContactFilter,
  type ContactSort,
  countByWalk,
  isDriver,
  type Position,
  searchContacts,
  suppressionReasons,
} from "./contact-search.store.ts";
import { timelineBefore, timelineKinds } from "./contact-timeline.store.ts";
import { type FieldValues, parseFields } from "./contacts.rules.ts";
import {
  type ContactRow,
  type ContactWrite,
  deleteContacts,
  findContact,
  findIdByAddress,
  insertContact,
  keptCount,
  moveContactCount,
  pausedUntil,
  updateContact,
} from "./contacts.store.ts";

export { keptOf, mergedInto } from "./contact-merge.store.ts";
export type { PlaceInput } from "./contact-place.rules.ts";
export { type Place, readWrittenPlace } from "./contact-place.rules.ts";
export type { ContactFilter } from "./contact-search.store.ts";
export {
  type FieldValue,
  type FieldValues,
  nameKeys,
  noFields,
  parseFields,
} from "./contacts.rules.ts";
export {
  addressOf,
  type ContactWrite,
  deleteContacts,
  findIdByAddress,
  insertContact,
  moveContactCount,
  pausedUntil,
  prolongPause,
  updateContact,
} from "./contacts.store.ts";
export { formerAddresses, formerOwnerOf } from "./former-addresses.store.ts";

/** A contact as the API returns it. */
export type Contact = {
  id: number;
  email: string;
  address: string;
  firstName: string;
  lastName: string;
  language: string;
  timeZone: string;
  country: string;
  city: string;
  fields: FieldValues;
  trackingOff: boolean;
  source: string;
  createdAt: number;
  updatedAt: number;
  status: "mailable" | "unsubscribed" | "suppressed";
  suppressionReason: string | null;
};

/**
 * A page of contacts. When few contacts match, a page may be short or empty and still have a `nextCursor`, because
 * one request reads at most 10,000 index entries.
 *
 * @throws AppError `invalid_input` for a malformed cursor, or a sort order that the filter does not support.
 */
export function listContacts(
  db: Connection,
  query: ContactFilter & {
    sort?: ContactSort | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
  now: number,
) {
  const { sort = "created", cursor, limit = 50, ...filter } = query;
  if (
    sort === "address" &&
    (filter.list !== undefined || filter.tag !== undefined || filter.status !== undefined)
  ) {
    throw invalidField("sort", because("sort_needs_everybody"));
  }
  const after = cursor === undefined ? undefined : readPosition(cursor);
  const { rows, next } = searchContacts(db, { filter, sort, now, limit, after });
  return {
    items: rows.map(toContact),
    nextCursor: next === undefined ? null : positionCursor(next),
  };
}

/** Ids of the next contacts of a filter after `cursor`, for work on all of them. `cursor` is undefined at the end. */
export function contactIdsOf(
  db: Connection,
  filter: ContactFilter,
  cursor: string | null,
  limit: number,
  now: number,
): { ids: number[]; cursor: string | undefined } {
  const after = cursor === null ? undefined : readPosition(cursor);
  const { rows, next } = searchContacts(db, { filter, sort: "created", now, limit, after });
  return {
    ids: rows.map(({ id }) => id),
    cursor: next === undefined ? undefined : positionCursor(next),
  };
}

/**
 * The id of a contact given by id or address.
 *
 * @throws AppError `invalid_input` when there is none.
 */
export function contactIdOf(
  db: Connection,
  named: { contactId?: number | undefined; email?: string | undefined },
  now: number,
): number {
  if (named.contactId !== undefined) {
    if (findContact(db, named.contactId, now) === undefined) {
      throw invalidField("contactId", because("unknown_contact"));
    }
    return named.contactId;
  }
  const read = parseEmailAddress(named.email ?? "");
  if (isAddressFault(read)) {
    throw invalidField("email", read.why);
  }
  const id = findIdByAddress(db, read.address);
  if (id === undefined) {
    throw invalidField("email", because("unknown_contact_address"));
  }
  return id;
}

/** Contacts in the order of `ids`. Deleted ones are skipped. */
export function contactsByIds(db: Connection, ids: readonly number[], now: number): Contact[] {
  return ids.flatMap((id) => {
    const row = findContact(db, id, now);
    return row === undefined ? [] : [toContact(row)];
  });
}

/** Encodes a position as an opaque string. */
export function positionCursor(position: Position): string {
  return encodeCursor([position.by, position.pass, position.k, position.id]);
}

/** @throws AppError `invalid_input` for a malformed cursor. */
export function readPosition(cursor: string): Position {
  const [by, pass, k, id] = decodeCursor(cursor, 4);
  if (
    !isDriver(by) ||
    typeof pass !== "number" ||
    k === null ||
    k === undefined ||
    typeof id !== "number"
  ) {
    throw invalidField("cursor", because("bad_cursor"));
  }
  return { by, pass, k, id };
}

/** Counts the contacts of a filter. `exact` is false when there are more than can be counted quickly. */
export function countContacts(db: Connection, filter: ContactFilter, now: number) {
  const whole = Object.values(filter).every((value) => value === undefined || value === "");
  if (whole) {
    return { count: keptCount(db, "contacts"), exact: true };
  }
  const isMailable = Object.entries(filter).every(
    ([key, value]) => key === "status" || value === undefined || value === "",
  );
  return isMailable && filter.status === "mailable"
    ? mailableCount(db, now)
    : counted(db, filter, now);
}

/**
 * Contacts that are not suppressed. With too many suppressions to count at once, the number is all contacts minus all
 * suppressions. It is too low if suppressions have expired or belong to no contact, but never too high.
 */
function mailableCount(db: Connection, now: number) {
  const refused = (["unsubscribed", "suppressed"] as const).map((status) =>
    countByWalk(db, { status }, now),
  );
  const all = keptCount(db, "contacts");
  if (refused.every(({ exact }) => exact)) {
    return { count: refused.reduce((left, { n }) => left - n, all), exact: true };
  }
  const suppressions = suppressionReasons()
    .map((reason) => keptCount(db, `suppression:${reason}`))
    .reduce((a, b) => a + b, 0);
  const atLeast = countByWalk(db, { status: "mailable" }, now).n;
  return { count: Math.max(atLeast, all - suppressions), exact: false };
}

function counted(db: Connection, filter: ContactFilter, now: number) {
  const { n, exact } = countByWalk(db, filter, now);
  return { count: n, exact };
}

/** A contact with its lists. @throws AppError `not_found` */
export function getContact(db: Connection, id: number, now: number) {
  const row = toContact(rowOf(db, id, now));
  const until = pausedUntil(db, id) ?? 0;
  const paused = { pausedUntil: until > now ? until : null };
  return { ...row, ...paused, lists: membershipsOf(db, id), tags: tagsOf(db, id) };
}

/**
 * Validates what a visitor entered about themselves, without storing it.
 *
 * @throws AppError `invalid_input` per field.
 */
export function readContactInput(db: Connection, input: ContactInput & { email: string }) {
  return readContact(listFields(db), input, undefined, "");
}

/** The contact with its lists; undefined when there is none. */
export function findContactById(db: Connection, id: number, now: number) {
  return findContact(db, id, now) === undefined ? undefined : getContact(db, id, now);
}

/** Finds a contact by normalized address. */
export function findContactByAddress(db: Connection, address: string, now: number) {
  const id = findIdByAddress(db, address);
  return id === undefined ? undefined : getContact(db, id, now);
}

/**
 * Creates a contact and optionally subscribes it to lists.
 *
 * @param source `manual`, `api`, `form:3`.
 * @param actor Who states that the person agreed to join the lists.
 * @throws AppError `conflict` when another contact has the address, `invalid_input` per field.
 */
export function createContact(
  db: Connection,
  input: ContactInput & { email: string; listIds?: number[] | undefined },
  source: string,
  actor: string,
  now: number,
) {
  const contact = readContact(listFields(db), input, undefined, source);
  const listIds = input.listIds ?? [];
  requireLists(db, listIds, "listIds");
  const id = inTransaction(db, () => {
    refuseErased(db, contact.address);
    const added = insertContact(db, contact, now);
    if (added === undefined) {
      throw addressTaken();
    }
    moveContactCount(db, 1);
    for (const listId of listIds) {
      addMember(db, listId, added, now, source);
    }
    if (listIds.length > 0) {
      recordConsent(db, { contactId: added, action: "given", listIds, source, actor }, now);
    }
    return added;
  });
  return getContact(db, id, now);
}

/**
 * Changes the given properties; null or "" removes a custom field. With a new address, an unsubscribe or complaint
 * applies to that address too.
 *
 * @throws AppError `not_found`, `conflict` when another contact has the new address, `erased`, `invalid_input`.
 */
export function changeContact(
  db: Connection,
  id: number,
  input: ContactInput,
  by: { actorId: string; now: number },
) {
  inTransaction(db, () => {
    // Read under the write lock: the row is written as a whole and must not overwrite a change that another thread
    // just made.
    const old = rowOf(db, id, by.now);
    const contact = readContact(listFields(db), input, old, old.source);
    const taken = findIdByAddress(db, contact.address);
    if (taken !== undefined && taken !== id) {
      throw addressTaken();
    }
    const write = () => writeChange(db, old, contact, by);
    return contact.address === old.address
      ? write()
      : moveAddress(db, { contactId: id, to: contact.address, now: by.now }, write);
  });
  return getContact(db, id, by.now);
}

/** Writes the row and records the change. False when nothing differs. */
export function writeChange(
  db: Connection,
  old: ContactRow,
  contact: ContactWrite,
  by: { actorId: string; now: number },
): boolean {
  if (!updateContact(db, old.id, contact, by.now)) {
    return false;
  }
  const { timeZone, country, city } = { ...old, ...contact.place };
  const detail = differences(old, { ...contact, timeZone, country, city });
  recordChange(db, { contactId: old.id, at: by.now, actor: by.actorId, kind: "edit", detail });
  return true;
}

/** Deletes a contact and its memberships. A suppression of its address stays. @throws AppError `not_found` */
export function deleteContact(db: Connection, id: number): void {
  if (inTransaction(db, () => deleteContacts(db, [id])) === 0) {
    throw notFound("contact");
  }
}

/** A contact's timeline, newest first, optionally limited to some kinds. @throws AppError `not_found` */
export function contactTimeline(
  db: Connection,
  system: Connection,
  id: number,
  query: {
    cursor?: string | undefined;
    limit?: number | undefined;
    kinds?: string | undefined;
  },
  now: number,
) {
  rowOf(db, id, now);
  const asked = (query.kinds ?? "").split(",");
  const kinds = timelineKinds.filter((kind) => asked.includes(kind));
  const { limit, after } = readPage(query, [Number.MAX_SAFE_INTEGER, ""]);
  const [at, key] = after;
  const rows = timelineBefore(db, {
    id,
    at,
    key,
    kinds,
    limit: limit + 1,
  });
  const page = cutPage(rows, limit, (row) => [row.at, row.key]);
  const actors = actorNames(
    system,
    page.items.flatMap(({ actor }) => actor ?? []),
  );
  const items = page.items.map((row) => ({
    ...row,
    what: String(row.what),
    actorName: actors.get(row.actor ?? "") ?? null,
  }));
  return { items, nextCursor: page.nextCursor };
}

/** Converts a row to what the API returns. */
export function toContact(row: ContactRow): Contact {
  const { suppressionReason } = row;
  return {
    ...row,
    fields: parseFields(row.fields),
    trackingOff: row.trackingOff === 1,
    status:
      suppressionReason === null
        ? "mailable"
        : suppressionReason === "unsubscribed"
          ? "unsubscribed"
          : "suppressed",
  };
}

function rowOf(db: Connection, id: number, now: number): ContactRow {
  const row = findContact(db, id, now);
  if (row === undefined) {
    throw notFound("contact");
  }
  return row;
}

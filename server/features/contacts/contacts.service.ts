import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import {
  addressHint,
  type EmailAddress,
  isAddressFault,
  parseEmailAddress,
} from "../../platform/email-address.ts";
import { AppError, type FieldProblem, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, decodeCursor, encodeCursor } from "../../platform/http/cursor.ts";
import { addMember, membershipsOf, requireLists } from "../lists/lists.service.ts";
import {
  type ContactFilter,
  type ContactSort,
  countByWalk,
  isDriver,
  type Position,
  searchContacts,
} from "./contact-search.store.ts";
import { timelineBefore } from "./contact-timeline.store.ts";
import { type FieldValue, MAX_NAME_CHARS, nameKeys, readFieldValue } from "./contacts.rules.ts";
import {
  type ContactRow,
  type ContactWrite,
  deleteContacts,
  findContact,
  findIdByAddress,
  insertContact,
  keptCount,
  listFields,
  moveContactCount,
  type StoredField,
  updateContact,
} from "./contacts.store.ts";

export type { ContactFilter } from "./contact-search.store.ts";
export { type FieldValue, nameKeys } from "./contacts.rules.ts";
export {
  type ContactWrite,
  insertContact,
  moveContactCount,
  updateContact,
} from "./contacts.store.ts";

/** A contact as the product shows it. */
export type Contact = {
  id: number;
  email: string;
  address: string;
  firstName: string;
  lastName: string;
  language: string;
  fields: Record<string, FieldValue>;
  trackingOff: boolean;
  source: string;
  createdAt: number;
  updatedAt: number;
  status: "mailable" | "unsubscribed" | "suppressed";
  suppressionReason: string | null;
};

export type ContactInput = {
  email?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  language?: string | undefined;
  fields?: Record<string, unknown> | undefined;
  trackingOff?: boolean | undefined;
};

/**
 * A page of contacts. With a filter that few contacts fit, a page may be short or empty and still have
 * a `nextCursor`: one request looks at 10,000 of them at most.
 *
 * @throws AppError `invalid_input` for a foreign cursor, or a sort that the filter cannot have.
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
  if (sort === "address" && (filter.list !== undefined || filter.status !== undefined)) {
    throw invalidField("sort", "by address is for the whole audience, not for a filter");
  }
  const after = cursor === undefined ? undefined : readPosition(cursor);
  const { rows, next } = searchContacts(db, { filter, sort, now, limit, after });
  return {
    items: rows.map(toContact),
    nextCursor: next === undefined ? null : positionCursor(next),
  };
}

/** The position as an opaque string. */
export function positionCursor(position: Position): string {
  return encodeCursor([position.by, position.pass, position.k, position.id]);
}

/** @throws AppError `invalid_input` for what `positionCursor` did not make. */
export function readPosition(cursor: string): Position {
  const [by, pass, k, id] = decodeCursor(cursor, 4);
  if (
    !isDriver(by) ||
    typeof pass !== "number" ||
    k === null ||
    k === undefined ||
    typeof id !== "number"
  ) {
    throw invalidField("cursor", "is not one that this list gave", "Leave it out to start again.");
  }
  return { by, pass, k, id };
}

/** How many contacts a filter has; `exact` is false when there are more than could be counted quickly. */
export function countContacts(db: Connection, filter: ContactFilter, now: number) {
  const whole = Object.values(filter).every((value) => value === undefined || value === "");
  return whole ? { count: keptCount(db, "contacts"), exact: true } : counted(db, filter, now);
}

function counted(db: Connection, filter: ContactFilter, now: number) {
  const { n, exact } = countByWalk(db, filter, now);
  return { count: n, exact };
}

/** A contact with its lists. @throws AppError `not_found` */
export function getContact(db: Connection, id: number, now: number) {
  return { ...toContact(rowOf(db, id, now)), lists: membershipsOf(db, id) };
}

/**
 * Creates a contact, in lists if wished.
 *
 * @param source `manual`, `api`, `form:3`.
 * @throws AppError `conflict` when its address is a contact's already, `invalid_input` per field.
 */
export function createContact(
  db: Connection,
  input: ContactInput & { email: string; listIds?: number[] | undefined },
  source: string,
  now: number,
) {
  const contact = readContact(listFields(db), input, undefined, source);
  const listIds = input.listIds ?? [];
  requireLists(db, listIds, "listIds");
  const id = inTransaction(db, () => {
    const added = insertContact(db, contact, now);
    if (added === undefined) {
      throw addressTaken();
    }
    moveContactCount(db, 1);
    for (const listId of listIds) {
      addMember(db, listId, added, now, source);
    }
    return added;
  });
  return getContact(db, id, now);
}

/**
 * Changes what the input names; a custom field set to null or "" goes.
 *
 * @throws AppError `not_found`, `conflict` when the new address is another contact's, `invalid_input`.
 */
export function changeContact(db: Connection, id: number, input: ContactInput, now: number) {
  const old = rowOf(db, id, now);
  const contact = readContact(listFields(db), input, old, old.source);
  const taken = findIdByAddress(db, contact.address);
  if (taken !== undefined && taken !== id) {
    throw addressTaken();
  }
  updateContact(db, id, contact, now);
  return getContact(db, id, now);
}

/** Deletes a contact and its memberships. A suppression of the address stays. @throws AppError `not_found` */
export function deleteContact(db: Connection, id: number): void {
  if (inTransaction(db, () => deleteContacts(db, [id])) === 0) {
    throw notFound("contact");
  }
}

/** What happened to a contact, newest first. @throws AppError `not_found` */
export function contactTimeline(
  db: Connection,
  id: number,
  query: { cursor?: string | undefined; limit?: number | undefined },
  now: number,
) {
  rowOf(db, id, now);
  const limit = query.limit ?? 50;
  const [at, key] =
    query.cursor === undefined ? [Number.MAX_SAFE_INTEGER, ""] : decodeCursor(query.cursor, 2);
  const rows = timelineBefore(db, { id, at: Number(at), key: String(key), limit: limit + 1 });
  return cutPage(rows, limit, (row) => [row.at, row.key]);
}

/** A row as the product shows it. */
export function toContact(row: ContactRow): Contact {
  const { suppressionReason } = row;
  return {
    ...row,
    fields: row.fields === "{}" ? {} : (JSON.parse(row.fields) as Record<string, FieldValue>),
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

function readContact(
  specs: StoredField[],
  input: ContactInput,
  old: ContactRow | undefined,
  source: string,
): ContactWrite {
  const problems: FieldProblem[] = [];
  const address = readAddress(input.email ?? old?.email ?? "", problems);
  const firstName = readText("firstName", input.firstName ?? old?.firstName ?? "", problems);
  const lastName = readText("lastName", input.lastName ?? old?.lastName ?? "", problems);
  const language = readLanguage(input.language ?? old?.language ?? "", problems);
  const fields = readFields(specs, input.fields ?? {}, old?.fields ?? "{}", problems);
  const [first] = problems;
  if (address === undefined || first !== undefined) {
    const detail =
      first === undefined ? "The contact does not fit." : `${first.field}: ${first.reason}`;
    throw new AppError("invalid_input", detail, { fields: problems });
  }
  return {
    email: address.email,
    address: address.address,
    domain: address.domain,
    firstName,
    lastName,
    language,
    fields,
    trackingOff: Number(input.trackingOff ?? old?.trackingOff === 1),
    source,
    ...nameKeys(firstName, lastName),
  };
}

function readAddress(written: string, problems: FieldProblem[]): EmailAddress | undefined {
  const read = parseEmailAddress(written);
  if (!isAddressFault(read)) {
    return read;
  }
  const hint = addressHint(written.slice(written.lastIndexOf("@") + 1));
  problems.push({ field: "email", reason: read.reason, ...(hint === undefined ? {} : { hint }) });
  return undefined;
}

function readText(field: string, written: string, problems: FieldProblem[]): string {
  const text = oneLine(written);
  if (text.length > MAX_NAME_CHARS) {
    problems.push({ field, reason: `is longer than ${MAX_NAME_CHARS} characters` });
  }
  return text;
}

/** Text for a header or a table: no line breaks or other control characters, no white space around. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").trim();
}

function readLanguage(written: string, problems: FieldProblem[]): string {
  const language = written.trim();
  if (language !== "" && !/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/.test(language)) {
    problems.push({ field: "language", reason: "is not a language code such as en or pt-BR" });
  }
  return language.replaceAll("_", "-");
}

function readFields(
  specs: StoredField[],
  input: Record<string, unknown>,
  old: string,
  problems: FieldProblem[],
): string {
  const values = JSON.parse(old) as Record<string, FieldValue>;
  const known = new Map(specs.map((spec) => [spec.key, spec]));
  for (const [key, raw] of Object.entries(input)) {
    const spec = known.get(key);
    if (spec === undefined) {
      problems.push({ field: `fields.${key}`, reason: "is not a field of this workspace" });
      continue;
    }
    const read = readFieldValue(spec, raw);
    if ("fault" in read) {
      problems.push({ field: `fields.${key}`, reason: read.fault });
    } else if (read.value === undefined) {
      delete values[key];
    } else {
      values[key] = read.value;
    }
  }
  const kept = Object.entries(values).filter(([key]) => known.has(key));
  return JSON.stringify(Object.fromEntries(kept));
}

function addressTaken(): AppError {
  const reason = "a contact with this address exists already";
  return new AppError("conflict", reason, { fields: [{ field: "email", reason }] });
}

import type { Connection } from "../../platform/db/driver.ts";
import { claimsOf } from "../consent/consent.service.ts";
import type { StoredField } from "../contacts/contact-fields.service.ts";
import {
  type FileColumn,
  fieldHeader,
  fileColumns,
  fileStatus,
  writeItems,
  writeTags,
} from "../contacts/contact-file.service.ts";
import { type Contact, pausedUntil } from "../contacts/contacts.service.ts";
import { membershipsOf } from "../lists/lists.service.ts";
import { findSuppression } from "../suppressions/suppressions.service.ts";
import { tagsOf } from "../tags/tags.service.ts";

/** A column of a contacts file. `names` are other names under which it can be requested. */
export type ContactColumn = {
  name: string;
  alias?: string;
  of: (contact: Contact, db: Connection, now: number) => string;
};

/** Contained in every file: without them, importing the file could reach people who must not be mailed. */
const ALWAYS: ReadonlySet<string> = new Set(["email", "status"]);

const columns: Record<FileColumn, ContactColumn["of"]> = {
  email: ({ email }) => email,
  first_name: ({ firstName }) => firstName,
  last_name: ({ lastName }) => lastName,
  language: ({ language }) => language,
  time_zone: ({ timeZone }) => timeZone,
  country: ({ country }) => country,
  city: ({ city }) => city,
  status: (contact, db, now) =>
    fileStatus({
      suppressionReason: contact.suppressionReason,
      memberships: membershipsOf(db, contact.id),
      isPaused: (pausedUntil(db, contact.id) ?? 0) > now,
    }),
  suppressed_until: (contact, db) => timeOf(suppressionOf(contact, db)?.expiresAt),
  suppression_note: (contact, db) => suppressionOf(contact, db)?.detail ?? "",
  paused_until: ({ id }, db, now) => {
    const until = pausedUntil(db, id);
    return until === null || until <= now ? "" : timeOf(until);
  },
  tracking: ({ trackingOff }) => (trackingOff ? "off" : "on"),
  tags: ({ id }, db) => writeTags(tagsOf(db, id).map(({ name }) => name)),
  lists: ({ id }, db) =>
    writeItems(
      membershipsOf(db, id).map(({ name, status, changedAt, reason }) => [
        name,
        status,
        timeOf(changedAt),
        ...(reason === "" ? [] : [reason]),
      ]),
    ),
  consent: ({ id }, db) => {
    const claims = claimsOf(db, id);
    return claims.length === 0 ? "" : JSON.stringify(claims);
  },
  source: ({ source }) => source,
  created_at: ({ createdAt }) => timeOf(createdAt),
};

/** The columns that a contacts file can have, in order: custom fields come before the origin. */
export function contactColumns(fields: readonly StoredField[]): ContactColumn[] {
  const builtIn = fileColumns.map((name) => ({ name, of: columns[name] }));
  const custom = fields.map((field) => ({
    name: fieldHeader(field),
    alias: field.key,
    of: (contact: Contact) => textOf(contact.fields[field.key]),
  }));
  const last = builtIn.findIndex(({ name }) => name === "source");
  return [...builtIn.slice(0, last), ...custom, ...builtIn.slice(last)];
}

/** The requested columns, plus those that every file contains. A field can be requested by its bare key. */
export function chosenColumns(
  all: readonly ContactColumn[],
  wanted: readonly string[] | undefined,
): ContactColumn[] {
  if (wanted === undefined) {
    return [...all];
  }
  const names = new Set([...wanted, ...ALWAYS]);
  const builtIn: ReadonlySet<string> = new Set(fileColumns);
  return all.filter(
    ({ name, alias }) =>
      names.has(name) || (alias !== undefined && !builtIn.has(alias) && names.has(alias)),
  );
}

/** The first requested column that does not exist. */
export function unknownColumn(
  all: readonly ContactColumn[],
  wanted: readonly string[],
): string | undefined {
  const known = new Set(all.flatMap(({ name, alias }) => [name, alias]));
  return wanted.find((name) => !known.has(name));
}

function suppressionOf({ suppressionReason, address }: Contact, db: Connection) {
  return suppressionReason === null ? undefined : findSuppression(db, address);
}

/** Writes several choices in the form that an import reads. */
function textOf(value: Contact["fields"][string] | undefined): string {
  return Array.isArray(value) ? value.join("; ") : String(value ?? "");
}

const timeOf = (at: number | null | undefined): string =>
  at === null || at === undefined ? "" : new Date(at).toISOString();

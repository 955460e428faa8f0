import type { Connection } from "../../platform/db/driver.ts";
import { listFields, type StoredField } from "../contacts/contact-fields.service.ts";
import {
  type Contact,
  type ContactFilter,
  contactsByIds,
  listContacts,
} from "../contacts/contacts.service.ts";
import { segmentRun } from "../segments/segment-walk.service.ts";
import { listSuppressions, type SuppressionReason } from "../suppressions/suppressions.service.ts";
import { tagsOf } from "../tags/tags.service.ts";
import { recipientsAfter } from "./recipients.store.ts";

/** What an export was asked for. Stored as JSON in export.settings. */
export type ExportSettings = {
  /** Of contacts. */
  filter: ContactFilter;
  /** Of contacts: those of a segment, in the place of the filter, with days as this zone has them. */
  segment?: { id: number; timeZone: string } | undefined;
  /** Columns of contacts; all when left out. */
  columns?: string[] | undefined;
  /** Of suppressions. */
  reason?: SuppressionReason | undefined;
  /** Of recipients. */
  campaignId?: number | undefined;
  byteOrderMark: boolean;
};

/** What becomes a file: the names of its columns, and its rows page by page. */
export type ExportSource = {
  header: string[];
  page(
    db: Connection,
    cursor: string | undefined,
    limit: number,
    now: number,
  ): { lines: string[][]; next: string | undefined };
};

/** @throws Error for a kind that this program does not write. */
export function exportSource(db: Connection, kind: string, settings: ExportSettings): ExportSource {
  switch (kind) {
    case "contacts":
      return contacts(listFields(db), settings);
    case "suppressions":
      return suppressions(settings);
    case "recipients":
      return recipients(settings.campaignId ?? 0);
    default:
      throw new Error(`there are no exports of kind "${kind}"`);
  }
}

type ContactColumn = { name: string; of: (contact: Contact, db: Connection) => string };

/** The columns an export of contacts can have, in their order. */
export function contactColumns(fields: readonly StoredField[]): ContactColumn[] {
  return [
    { name: "email", of: (contact) => contact.email },
    { name: "first_name", of: (contact) => contact.firstName },
    { name: "last_name", of: (contact) => contact.lastName },
    { name: "language", of: (contact) => contact.language },
    { name: "status", of: (contact) => contact.suppressionReason ?? contact.status },
    {
      name: "tags",
      of: ({ id }, db) =>
        tagsOf(db, id)
          .map(({ name }) => name)
          .join("; "),
    },
    ...fields.map(({ key }) => ({
      name: key,
      of: (contact: Contact) => textOf(contact.fields[key]),
    })),
    { name: "source", of: (contact) => contact.source },
    { name: "created_at", of: (contact) => new Date(contact.createdAt).toISOString() },
  ];
}

function contacts(fields: readonly StoredField[], settings: ExportSettings): ExportSource {
  const wanted = settings.columns;
  const columns = contactColumns(fields).filter(
    ({ name }) => wanted === undefined || name === "email" || wanted.includes(name),
  );
  const line = (db: Connection) => (contact: Contact) => columns.map(({ of }) => of(contact, db));
  return {
    header: columns.map(({ name }) => name),
    page(db, cursor, limit, now) {
      if (settings.segment !== undefined) {
        const first = Number(cursor ?? 1);
        const range = { first, last: first + RUN - 1 };
        const { id, timeZone } = settings.segment;
        const { ids, isLast } = segmentRun(db, id, range, { now, timeZone });
        const lines = contactsByIds(db, ids, now).map(line(db));
        return { lines, next: isLast ? undefined : String(range.last + 1) };
      }
      const page = listContacts(db, { ...settings.filter, cursor, limit }, now);
      return { lines: page.items.map(line(db)), next: page.nextCursor ?? undefined };
    },
  };
}

/** How many contacts one step of a segment's export looks at: some milliseconds, and as many lines at most. */
const RUN = 2_000;

/** Several choices as an import reads them. */
function textOf(value: Contact["fields"][string] | undefined): string {
  return Array.isArray(value) ? value.join("; ") : String(value ?? "");
}

function suppressions({ reason }: ExportSettings): ExportSource {
  return {
    header: ["email", "status", "source", "detail", "created_at", "expires_at"],
    page(db, cursor, limit) {
      const page = listSuppressions(db, { reason, cursor, limit });
      const lines = page.items.map((one) => [
        one.address,
        one.reason,
        one.source,
        one.detail,
        new Date(one.createdAt).toISOString(),
        one.expiresAt === null ? "" : new Date(one.expiresAt).toISOString(),
      ]);
      return { lines, next: page.nextCursor ?? undefined };
    },
  };
}

function recipients(campaignId: number): ExportSource {
  return {
    header: ["email", "state", "reason", "attempts", "changed_at"],
    page(db, cursor, limit) {
      const rows = recipientsAfter(db, { campaignId, after: Number(cursor ?? 0), limit });
      const lines = rows.map(({ address, state, reason, attempts, changedAt }) => [
        address,
        state,
        reason,
        String(attempts),
        changedAt === null ? "" : new Date(changedAt).toISOString(),
      ]);
      const next = rows.length < limit ? undefined : String(rows.at(-1)?.seq);
      return { lines, next };
    },
  };
}

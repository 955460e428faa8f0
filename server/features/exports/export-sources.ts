import type { Connection } from "../../platform/db/driver.ts";
import { listFields, type StoredField } from "../contacts/contact-fields.service.ts";
import {
  type Contact,
  type ContactFilter,
  contactsByIds,
  listContacts,
} from "../contacts/contacts.service.ts";
import { segmentRun } from "../segments/segment-walk.service.ts";
import {
  listSuppressions,
  SUPPRESSION_FILE_COLUMNS,
  type SuppressionReason,
} from "../suppressions/suppressions.service.ts";
import { type ContactColumn, chosenColumns, contactColumns } from "./export-contacts.ts";
import { recipientsAfter } from "./recipients.store.ts";

/** What an export was requested with: the payload of its task. */
export type ExportSettings = {
  kind: "contacts" | "suppressions" | "recipients";
  /** Contacts only. */
  filter: ContactFilter;
  /** Contacts only: a segment instead of the filter, evaluated with the days of this time zone. */
  segment?: { id: number; timeZone: string } | undefined;
  /** For contacts only: the requested columns; all columns if omitted. */
  columns?: string[] | undefined;
  /** Contacts only: the names of the file's columns. Fixed at the request, because fields may change while it is written. */
  header?: string[] | undefined;
  /** Suppressions only. */
  reason?: SuppressionReason | undefined;
  /** Recipients only. */
  campaignId?: number | undefined;
  byteOrderMark: boolean;
};

/** The content of a file: column names, and rows page by page. */
export type ExportSource = {
  header: string[];
  page(
    db: Connection,
    cursor: string | undefined,
    limit: number,
    now: number,
  ): { lines: string[][]; next: string | undefined };
};

/** The content that the settings of an export select. */
export function exportSource(db: Connection, settings: ExportSettings): ExportSource {
  switch (settings.kind) {
    case "contacts":
      return contacts(listFields(db), settings);
    case "suppressions":
      return suppressions(settings);
    case "recipients":
      return recipients(settings.campaignId ?? 0);
  }
}

function contacts(fields: readonly StoredField[], settings: ExportSettings): ExportSource {
  const columns = columnsOf(fields, settings);
  const line = (db: Connection, now: number) => (contact: Contact) =>
    columns.map(({ of }) => of(contact, db, now));
  return {
    header: columns.map(({ name }) => name),
    page(db, cursor, limit, now) {
      if (settings.segment !== undefined) {
        const first = Number(cursor ?? 1);
        const range = { first, last: first + RUN - 1 };
        const { id, timeZone } = settings.segment;
        const { ids, isLast } = segmentRun(db, id, range, { now, timeZone });
        const lines = contactsByIds(db, ids, now).map(line(db, now));
        return { lines, next: isLast ? undefined : String(range.last + 1) };
      }
      const page = listContacts(db, { ...settings.filter, cursor, limit }, now);
      return { lines: page.items.map(line(db, now)), next: page.nextCursor ?? undefined };
    },
  };
}

/** A column whose field was removed or renamed in the meantime stays, and is empty from then on. */
function columnsOf(fields: readonly StoredField[], settings: ExportSettings): ContactColumn[] {
  const all = contactColumns(fields);
  const byName = new Map(all.map((column) => [column.name, column]));
  return (
    settings.header?.map((name) => byName.get(name) ?? { name, of: () => "" }) ??
    chosenColumns(all, settings.columns)
  );
}

/** Number of contacts that one step of a segment export reads. A step takes a few milliseconds. */
const RUN = 2_000;

function suppressions({ reason }: ExportSettings): ExportSource {
  return {
    header: [...SUPPRESSION_FILE_COLUMNS],
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

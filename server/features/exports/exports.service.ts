import { existsSync, rmSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { newId } from "../../platform/ids.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import type { ContactFilter } from "../contacts/contacts.service.ts";
import { requireSegment } from "../segments/segments.service.ts";
import { suppressionCounts } from "../suppressions/suppressions.service.ts";
import { contactColumns, unknownColumn } from "./export-contacts.service.ts";
import { exportPath } from "./export-run.service.ts";
import type { ExportSettings } from "./export-sources.service.ts";
import {
  closeExport,
  type ExportRow,
  exportsBefore,
  findExport,
  insertExport,
} from "./exports.store.ts";
import { recipientTotal } from "./recipients.store.ts";

export { isWorkspace } from "./exports.store.ts";

const EXPIRED = "The file of this export is gone after a week: make a new one.";

/** Selects the contacts of an export. */
export type ExportFilter = ContactFilter;

/** The kind of job that runs an export. Payload: `{ exportId }`. */
export const EXPORT_JOB = "export.run";

/**
 * Starts an export: contacts of a filter, suppressions, or recipients of a campaign.
 *
 * @param count Counts the contacts of a filter, off the HTTP thread.
 * @throws AppError `invalid_input` for an unknown campaign or column, `not_found` for a segment.
 */
export async function startExport(
  open: () => Connection,
  jobs: JobQueue,
  count: (filter: ExportFilter) => Promise<{ count: number }>,
  request: {
    workspaceId: string;
    actorId: string;
    kind: "contacts" | "suppressions" | "recipients";
    settings: ExportSettings;
    now: number;
  },
) {
  const { workspaceId, now, kind, settings } = request;
  const known = rowsOf(open(), kind, settings);
  const rowsTotal = known ?? (await count(settings.filter)).count;
  const db = open();
  return inTransaction(db, () => {
    const row = insertExport(db, {
      kind,
      settings: JSON.stringify(settings),
      rowsTotal,
      filePath: `${workspaceId}_${newId()}.csv`,
      createdBy: request.actorId,
      now,
    });
    // The job is in another database and is committed just before the row. Without the row it does nothing.
    const uniqueKey = `export:${workspaceId}:${row.id}`;
    jobs.enqueue(EXPORT_JOB, workspaceId, { exportId: row.id }, { uniqueKey });
    return toExport(row, now);
  });
}

/** The approximate number of rows; undefined for contacts of a filter, which must be counted. */
function rowsOf(db: Connection, kind: string, settings: ExportSettings): number | undefined {
  if (kind === "recipients") {
    const total = recipientTotal(db, settings.campaignId ?? 0);
    if (total === undefined) {
      throw invalidField("campaignId", "is no campaign of this workspace");
    }
    return total;
  }
  if (kind === "suppressions") {
    return Object.values(suppressionCounts(db)).reduce((sum, n) => sum + n, 0);
  }
  const unknown = unknownColumn(contactColumns(listFields(db)), settings.columns ?? []);
  if (unknown !== undefined) {
    throw invalidField("columns", `there is no column ${unknown}`);
  }
  if (settings.segment !== undefined) {
    if (Object.values(settings.filter).some((value) => value !== undefined)) {
      throw invalidField("segmentId", "cannot be combined with a filter");
    }
    return requireSegment(db, settings.segment.id).memberCount ?? 0;
  }
  return undefined;
}

/** An export with its progress. @throws AppError `not_found` */
export function getExport(db: Connection, id: number, now: number) {
  return toExport(rowOf(db, id), now);
}

/** A page of exports, newest first. */
export function listExports(
  db: Connection,
  query: { cursor?: string | undefined; limit?: number | undefined },
  now: number,
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const page = cutPage(exportsBefore(db, before, limit + 1), limit, (row) => [row.id]);
  return { items: page.items.map((row) => toExport(row, now)), nextCursor: page.nextCursor };
}

/** Stops an export and deletes its file. @throws AppError `illegal_state` when it has ended. */
export function cancelExport(db: Connection, dataDir: string, id: number, now: number) {
  const row = rowOf(db, id);
  const end = { id, state: "cancelled" as const, error: null, now, expiresAt: null, sizeBytes: 0 };
  if (!closeExport(db, end)) {
    throw new AppError("illegal_state", "This export has already ended.");
  }
  if (row.filePath !== null) {
    rmSync(exportPath(dataDir, row.filePath), { force: true });
  }
  return getExport(db, id, now);
}

/**
 * The path of a finished export's file. The file is deleted after a week.
 *
 * @throws AppError `not_found`, or `illegal_state` while it is being written.
 */
export function exportFile(db: Connection, dataDir: string, id: number, now: number): string {
  const row = rowOf(db, id);
  if (row.state !== "done" || row.filePath === null) {
    throw new AppError("illegal_state", "This export has no file yet.");
  }
  const path = exportPath(dataDir, row.filePath);
  if ((row.expiresAt ?? 0) <= now) {
    rmSync(path, { force: true });
  }
  if (!existsSync(path)) {
    throw new AppError("not_found", EXPIRED);
  }
  return path;
}

function rowOf(db: Connection, id: number): ExportRow {
  const row = findExport(db, id);
  if (row === undefined) {
    throw notFound("export");
  }
  return row;
}

function toExport(row: ExportRow, now: number) {
  const { settings, filePath: _, cursor: __, positionBytes: ___, ...shown } = row;
  // JSON has no undefined, so omitted properties are missing.
  type StoredFilter = { [K in keyof ContactFilter]?: NonNullable<ContactFilter[K]> };
  const isExpired = row.state === "done" && (row.expiresAt ?? 0) <= now;
  const expired = isExpired ? { error: EXPIRED, sizeBytes: 0 } : undefined;
  const asked = JSON.parse(settings) as ExportSettings & { filter: StoredFilter };
  return {
    ...shown,
    ...expired,
    filter: asked.filter,
    segmentId: asked.segment?.id ?? null,
    campaignId: asked.campaignId ?? null,
    reason: asked.reason ?? null,
  };
}

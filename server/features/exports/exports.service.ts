import { existsSync, rmSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { newId } from "../../platform/ids.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { spokenError, storedBecause } from "../../reasons/because.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import type { ContactFilter } from "../contacts/contacts.service.ts";
import { requireSegment } from "../segments/segments.service.ts";
import { suppressionCounts } from "../suppressions/suppressions.service.ts";
import { addTaskFile, isComplete, taskFilePath } from "../tasks/task-files.service.ts";
import { cancelTask, findFormerTask, startTask, type TaskContext } from "../tasks/tasks.service.ts";
import { chosenColumns, contactColumns, unknownColumn } from "./export-contacts.ts";
import type { ExportSettings } from "./export-sources.ts";
import { exportTasks } from "./export-task.service.ts";
import { type ExportRow, exportsBefore, findExport } from "./exports.store.ts";
import { recipientTotal } from "./recipients.store.ts";

export { isWorkspace } from "./exports.store.ts";

const EXPIRED = storedBecause("export_file_gone");

/** Selects the contacts of an export. */
export type ExportFilter = ContactFilter;

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
  request: { workspaceId: string; actorId: string; settings: ExportSettings; now: number },
) {
  const { settings, ...by } = request;
  const known = rowsOf(open(), settings);
  const total = known ?? (await count(settings.filter)).count;
  const db = open();
  return inTransaction(db, () => {
    const payload = { ...settings, ...headerOf(db, settings) };
    const { id } = startTask({ ...by, db, jobs }, exportTasks.export, { payload, total });
    addTaskFile(db, id, `${by.workspaceId}_${newId()}.csv`);
    return getExport(db, id, by.now);
  });
}

function headerOf(db: Connection, { kind, columns }: ExportSettings) {
  const chosen = () => chosenColumns(contactColumns(listFields(db)), columns);
  return kind === "contacts" ? { header: chosen().map(({ name }) => name) } : {};
}

/** The approximate number of rows; undefined for contacts of a filter, which must be counted. */
function rowsOf(db: Connection, settings: ExportSettings): number | undefined {
  const { kind } = settings;
  if (kind === "recipients") {
    const total = recipientTotal(db, settings.campaignId ?? 0);
    if (total === undefined) {
      throw invalidField("campaignId", because("not_a_campaign"));
    }
    return total;
  }
  if (kind === "suppressions") {
    return Object.values(suppressionCounts(db)).reduce((sum, n) => sum + n, 0);
  }
  const unknown = unknownColumn(contactColumns(listFields(db)), settings.columns ?? []);
  if (unknown !== undefined) {
    throw invalidField("columns", because("unknown_column", { column: unknown }));
  }
  if (settings.segment !== undefined) {
    if (Object.values(settings.filter).some((value) => value !== undefined)) {
      throw invalidField("segmentId", because("segment_or_filter"));
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

/** Stops an export; its run deletes the file. @throws AppError `not_found`, `illegal_state` when it has ended. */
export function cancelExport(context: TaskContext, id: number) {
  const { db, now } = context;
  cancelTask(context, exportTasks, rowOf(db, id).id);
  return getExport(db, id, now);
}

/**
 * The path of a finished export's file. The file is deleted after a week.
 *
 * @throws AppError `not_found`, or `illegal_state` while it is being written, or when it was cut since.
 */
export function exportFile(db: Connection, dataDir: string, id: number, now: number): string {
  const row = rowOf(db, id);
  if (row.state !== "done") {
    throw new AppError("illegal_state", because("export_without_file"));
  }
  const path = taskFilePath(dataDir, row.fileName);
  if ((row.expiresAt ?? 0) <= now) {
    rmSync(path, { force: true });
  }
  if (!existsSync(path)) {
    throw new AppError("not_found", because("export_file_gone"));
  }
  if (!isComplete(path, row.sizeBytes)) {
    throw new AppError("illegal_state", because("file_damaged"));
  }
  return path;
}

/** Ids from the time when exports had a table of their own, for example in a link, still find their export. */
function rowOf(db: Connection, id: number): ExportRow {
  const row = findExport(db, id) ?? findExport(db, findFormerTask(db, id, "export") ?? 0);
  if (row === undefined) {
    throw notFound("export");
  }
  return row;
}

function toExport(row: ExportRow, now: number) {
  const { payload, fileName: _, ...shown } = row;
  // JSON has no undefined, so omitted properties are missing.
  type StoredFilter = { [K in keyof ContactFilter]?: NonNullable<ContactFilter[K]> };
  const isDone = row.state === "done";
  const isExpired = isDone && (row.expiresAt ?? 0) <= now;
  const asked = JSON.parse(payload) as ExportSettings & { filter: StoredFilter };
  return {
    ...spokenError({ ...shown, error: isExpired ? EXPIRED : row.error }),
    sizeBytes: isDone && !isExpired ? row.sizeBytes : 0,
    kind: asked.kind,
    filter: asked.filter,
    segmentId: asked.segment?.id ?? null,
    campaignId: asked.campaignId ?? null,
    reason: asked.reason ?? null,
  };
}

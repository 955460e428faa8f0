import { statSync } from "node:fs";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { isDiskFull } from "../../platform/disk-full.ts";
import { log } from "../../platform/log.ts";
import { storedBecause } from "../../reasons/because.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import { wasErasedSince } from "../suppressions/suppressions.service.ts";
import { CsvReader } from "./csv-reader.ts";
import { isBlankRow } from "./csv-rows.rules.ts";
import { asUtf8, giveReserve, keepUpload, removeImportFiles, takeReserve } from "./import-files.ts";
import {
  columnNames,
  type ImportSettings,
  parseSettings,
  type StartedSettings,
} from "./import-settings.ts";
import { ImportCancelled, type Item, type Window, writeRows } from "./import-writer.ts";
import {
  beginImport,
  closeImport,
  findImport,
  type ImportRow,
  tuneForImport,
} from "./imports.store.ts";
import { detailColumnOf, withoutSay } from "./own-file.service.ts";
import { type ReadRow, refusalReader, rowReader, withDetails } from "./row-reader.ts";
import { rowStatusReader } from "./row-status.rules.ts";
import { meaningOfReason } from "./status-words.rules.ts";

/**
 * Rows are read in windows of this size and written in the order of their addresses. Neighbours in the index are then
 * changed together, which reduces the pages written to a third.
 */
const WINDOW_ROWS = 20_000;
const WINDOW_CHARS = 8 * 1024 * 1024;
/** How long a transaction may hold the workspace's write lock. */
const HOLD_MS = 6;
/** Pause between two transactions, so that waiting writers get their turn. */
const PAUSE_MS = 3;
const FIRST_ROWS = 100;
const MAX_ROWS = 1_000;
const MAX_RAW_CHARS = 4_000;
const DISK_FULL = storedBecause("import_disk_full");

const ERASED_MEANWHILE = storedBecause("import_erased_meanwhile");

export type RunContext = {
  /** Returns the workspace's connection and is called after each pause. */
  open: () => Connection;
  dataDir: string;
  clock: Clock;
  signal: AbortSignal;
  /** The job would not be retried after another failure, so the person is told instead. */
  isLastTry: boolean;
};

/**
 * The job of one import: reads its file from where the last run stopped and writes the rows. Safe to repeat at any
 * time; does nothing for an import that has ended or was cancelled.
 *
 * A full disk ends it as `failed` with the position stored, so that it can be resumed. Other errors are thrown, and
 * the scheduler retries.
 */
export async function runImport(context: RunContext, id: number): Promise<void> {
  const row = findImport(context.open(), id);
  if (row === undefined || (row.state !== "queued" && row.state !== "running")) {
    return;
  }
  try {
    await importRows(context, row);
    const from = ["running" as const];
    const now = context.clock();
    closeImport(context.open(), { id, from, state: "done", error: null, now });
    removeImportFiles(context.dataDir, row.filePath);
  } catch (error) {
    if (error instanceof ImportCancelled) {
      removeImportFiles(context.dataDir, row.filePath);
      return;
    }
    fail(context, row, error);
  }
}

function fail(context: RunContext, row: ImportRow, error: unknown): void {
  const { id } = row;
  giveReserve(context.dataDir, row.filePath);
  keepUpload(context.dataDir, row.filePath, context.clock());
  const isFull = isDiskFull(error);
  if (context.signal.aborted || (!isFull && !context.isLastTry)) {
    throw error;
  }
  log.error({ err: error, importId: id }, "import failed");
  const from = ["queued" as const, "running" as const];
  try {
    const db = context.open();
    // An erasure checks waiting files. This file was being imported at the time and may contain the erased person, so
    // it is deleted.
    const mustGo = wasErasedSince(db, row.createdAt);
    const message = mustGo ? ERASED_MEANWHILE : isFull ? DISK_FULL : failureMessage(error);
    const state = mustGo ? ("cancelled" as const) : ("failed" as const);
    closeImport(db, { id, from, state, error: message, now: context.clock() });
    if (mustGo) {
      removeImportFiles(context.dataDir, row.filePath);
    }
  } catch (closing) {
    // Even recording the failure does not fit on the disk. The scheduler retries later and then continues or records
    // it.
    log.warn({ err: closing, importId: id }, "failure of an import not recorded");
    throw error;
  }
}

function failureMessage(error: unknown): string {
  return error instanceof Error && "code" in error && error.code === "ENOENT"
    ? storedBecause("upload_gone")
    : storedBecause("import_failed");
}

async function importRows(context: RunContext, row: ImportRow): Promise<void> {
  const settings = parseSettings(row.settings);
  const path = await asUtf8(context.dataDir, row.filePath, settings.encoding, settings.isUtf8);
  tuneForImport(context.open());
  const begin = { id: row.id, now: context.clock(), sizeBytes: statSync(path).size };
  if (settings.started === undefined || !beginImport(context.open(), begin)) {
    throw new ImportCancelled();
  }
  takeReserve(context.dataDir, row.filePath);
  keepUpload(context.dataDir, row.filePath, context.clock());
  const { delimiter, newline, columns } = settings;
  const reader = new CsvReader(path, { delimiter, newline, columns }, row.positionBytes);
  try {
    const readRow = readerOf(context.open(), settings, settings.started);
    if (row.positionBytes === 0) {
      reader.skipHead(settings.hasHeader);
    }
    await writeWindows(context, row, reader, readRow, settings.started);
  } finally {
    reader.close();
  }
}

function readerOf(db: Connection, settings: ImportSettings, started: StartedSettings) {
  const {
    mapping,
    into,
    wholeFile,
    statusDecisions: decisions = [],
    ignoredColumns = [],
  } = started;
  const { header } = settings;
  const read = {
    ...{ mapping, decisions, header: columnNames(settings) },
    ignoredColumns: withoutSay(header, ignoredColumns),
  };
  if (into === "suppressions") {
    const readStatus = rowStatusReader({ ...read, whole: undefined });
    return refusalReader(mapping, readStatus, wholeFile ?? "manual", detailColumnOf(header));
  }
  const whole = wholeFile === undefined ? undefined : meaningOfReason(wholeFile);
  const readStatus = rowStatusReader({ ...read, whole });
  const plain = rowReader(mapping, listFields(db), readStatus);
  const readRow = withDetails(plain, header.indexOf("status"), detailColumnOf(header));
  return admitted(readRow, started);
}

const NEVER_CONFIRMED =
  "never confirmed the sign-up: import into a list, which they join as unconfirmed, so that no campaign reaches them";

/**
 * An unconfirmed member of a list gets no campaign, not even one to everyone, but a contact without a list would.
 * Unconfirmed rows are therefore refused when no list is chosen.
 */
function admitted(
  read: (cells: readonly string[]) => ReadRow,
  { listIds }: { listIds: readonly number[] },
): (cells: readonly string[]) => ReadRow {
  if (listIds.length > 0) {
    return read;
  }
  return (cells) => {
    const row = read(cells);
    const isHeld = "reject" in row || !row.pending || (row.restored?.memberships.length ?? 0) > 0;
    return isHeld ? row : { reject: NEVER_CONFIRMED };
  };
}

async function writeWindows(
  context: RunContext,
  row: ImportRow,
  reader: CsvReader,
  readRow: (cells: readonly string[]) => ReadRow,
  started: StartedSettings,
): Promise<void> {
  let written = row.windowDone;
  let rowNo = row.rowsRead - written;
  let rows = FIRST_ROWS;
  let place = { bytes: row.positionBytes, done: row.windowDone };
  const options = {
    importId: row.id,
    update: started.onDuplicate === "update",
    listIds: started.listIds,
    consent:
      started.consentHash === undefined
        ? undefined
        : { actor: row.createdBy, hash: started.consentHash },
    suppressAs: started.into === "suppressions" ? (started.wholeFile ?? "manual") : undefined,
    holdsNew: holdsNew(started),
    actor: row.createdBy,
    uploadedAt: row.createdAt,
    tagIds: started.tagIds ?? [],
  };
  for (;;) {
    const window = await readWindow(reader, rowNo, readRow);
    do {
      context.signal.throwIfAborted();
      const to = Math.min(written + rows, window.items.length);
      const before = performance.now();
      const rowsNow = { window, from: written, to, place };
      place = writeRows(context.open(), rowsNow, options, context.clock());
      rows = nextBatch(rows, performance.now() - before);
      written = to;
      await Bun.sleep(PAUSE_MS);
    } while (written < window.items.length);
    if (window.items.length === 0) {
      return;
    }
    rowNo += window.items.length;
    written = 0;
  }
}

/** True when nobody stated that the people agreed, although the file as a whole does not refuse mail. */
const holdsNew = ({ into, wholeFile, agreed }: StartedSettings) =>
  into !== "suppressions" && wholeFile === undefined && agreed !== true;

/** Chooses the batch size so that a transaction takes about as long as allowed. */
function nextBatch(rows: number, tookMs: number): number {
  const fitting = Math.round((rows * HOLD_MS) / Math.max(tookMs, 0.1));
  return Math.max(20, Math.min(MAX_ROWS, fitting, rows * 2));
}

/**
 * Depends only on the file, so that after a crash a run reads the same window in the same order. Yields every few
 * milliseconds, because jobs of other workspaces run on this thread too.
 */
async function readWindow(
  reader: CsvReader,
  firstRowNo: number,
  readRow: (cells: readonly string[]) => ReadRow,
): Promise<Window> {
  const startBytes = reader.positionBytes;
  const items: Item[] = [];
  let chars = 0;
  let sliceEnd = performance.now() + HOLD_MS;
  while (items.length < WINDOW_ROWS && chars < WINDOW_CHARS) {
    if (performance.now() > sliceEnd) {
      await new Promise((resolve) => setImmediate(resolve));
      sliceEnd = performance.now() + HOLD_MS;
    }
    const row = reader.next();
    if (row === undefined) {
      break;
    }
    if (isBlankRow(row.cells)) {
      continue;
    }
    const rowNo = firstRowNo + items.length + 1;
    const read =
      row.fault === undefined ? readRow(row.cells) : faulty(row.fault, readRow(row.cells));
    if ("reject" in read) {
      const { reject, refusal } = read;
      items.push({ rowNo, reject, refusal, raw: shortRow(row.cells) });
    } else {
      items.push({ rowNo, contact: read });
    }
    for (const cell of row.cells) {
      chars += cell.length;
    }
  }
  items.sort(byAddress);
  return { items, startBytes, endBytes: reader.positionBytes };
}

/** From an unreliable row only a refusal is used. */
function faulty(reject: string, read: ReadRow): ReadRow {
  if ("reject" in read) {
    return { reject, refusal: read.refusal };
  }
  const { address, suppress, suppressDetail } = read;
  const refusal =
    suppress === undefined ? undefined : { addresses: [address], suppress, suppressDetail };
  return { reject, refusal };
}

function byAddress(a: Item, b: Item): number {
  const left = "contact" in a ? a.contact.address : "";
  const right = "contact" in b ? b.contact.address : "";
  return left < right ? -1 : left > right ? 1 : a.rowNo - b.rowNo;
}

/** The cells as JSON, shortened: the report helps to find the row again and does not need all of it. */
function shortRow(cells: readonly string[]): string {
  const most = Math.max(50, Math.floor(MAX_RAW_CHARS / Math.max(1, cells.length)));
  const short = cells
    .slice(0, 200)
    .map((cell) => (cell.length > most ? `${cell.slice(0, most)}…` : cell));
  return JSON.stringify(short);
}

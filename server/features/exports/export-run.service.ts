import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../platform/clock.ts";
import { csvLine } from "../../platform/csv.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { log } from "../../platform/log.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { type ExportSettings, exportSource } from "./export-sources.service.ts";
import { advanceExport, closeExport, type ExportRow, findExport } from "./exports.store.ts";

const BATCH = 500;
const PAUSE_MS = 1;
/** How long a finished file can be downloaded. */
export const EXPORT_KEEP_MS = 7 * DAY_MS;

export type ExportContext = {
  /** Returns the workspace's connection and is called after each pause. */
  open: () => Connection;
  dataDir: string;
  clock: Clock;
  signal: AbortSignal;
  isLastTry: boolean;
};

/** The path of an export's file. Creates the folder if needed. */
export function exportPath(dataDir: string, name: string): string {
  const folder = join(dataDir, "local", "exports");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

/**
 * The job of one export: writes its rows to a CSV file, 500 at a time. After each batch the file's length and the
 * position are stored together; after a crash, the next run truncates the file to that length and continues there.
 * Uses the memory of one batch.
 */
export async function runExport(context: ExportContext, id: number): Promise<void> {
  const row = findExport(context.open(), id);
  if (row === undefined || row.filePath === null || isOver(row)) {
    return;
  }
  const path = exportPath(context.dataDir, row.filePath);
  try {
    const sizeBytes = await writeRows(context, row, path);
    if (sizeBytes === undefined) {
      rmSync(path, { force: true });
      return;
    }
    const now = context.clock();
    const end = { id, error: null, now, expiresAt: now + EXPORT_KEEP_MS, sizeBytes };
    closeExport(context.open(), { ...end, state: "done" });
  } catch (error) {
    if (context.signal.aborted || !context.isLastTry) {
      throw error;
    }
    log.error({ err: error, exportId: id }, "export failed");
    rmSync(path, { force: true });
    closeExport(context.open(), {
      id,
      state: "failed",
      error: "The file could not be written: the disk of this server may be full. Start it again.",
      now: context.clock(),
      expiresAt: null,
      sizeBytes: 0,
    });
  }
}

function isOver(row: ExportRow): boolean {
  return row.state !== "queued" && row.state !== "running";
}

/** Returns the file's size, or undefined when the export was cancelled. */
async function writeRows(
  context: ExportContext,
  row: ExportRow,
  path: string,
): Promise<number | undefined> {
  const settings = JSON.parse(row.settings) as ExportSettings;
  const source = exportSource(context.open(), row.kind, settings);
  const file = openSync(path, row.positionBytes === 0 ? "w" : "r+");
  let position = row.positionBytes;
  let from = position;
  let cursor = row.cursor ?? undefined;
  try {
    ftruncateSync(file, position);
    if (position > 0 && cursor === undefined) {
      // An earlier run had written all rows and only had to close the export.
      return position;
    }
    if (position === 0) {
      position += write(
        file,
        position,
        (settings.byteOrderMark ? "\ufeff" : "") + csvLine(source.header),
      );
    }
    for (;;) {
      context.signal.throwIfAborted();
      const page = source.page(context.open(), cursor, BATCH, context.clock());
      position += write(file, position, page.lines.map(csvLine).join(""));
      fsyncSync(file);
      cursor = page.next;
      const by = page.lines.length;
      const progress = { id: row.id, cursor: cursor ?? null, by, from, positionBytes: position };
      if (!advanceExport(context.open(), progress)) {
        return giveUp(context, row.id);
      }
      from = position;
      if (cursor === undefined) {
        return position;
      }
      await Bun.sleep(PAUSE_MS);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * A cancelled export is finished. If another run is writing the same file, this run must stop without deleting it.
 */
function giveUp(context: ExportContext, id: number): undefined {
  if (findExport(context.open(), id)?.state !== "cancelled") {
    throw new Error("another run has taken over this export");
  }
}

function write(file: number, position: number, text: string): number {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
  return bytes.length;
}

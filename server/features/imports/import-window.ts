import type { CsvReader } from "./csv-reader.ts";
import { isBlankRow } from "./csv-rows.rules.ts";
import type { Item, Window } from "./import-writer.ts";
import type { ReadRow } from "./row-reader.ts";

/**
 * Rows are read in windows of this size and written in the order of their addresses. Neighbours in the index are then
 * changed together, which reduces the pages written to a third.
 */
const WINDOW_ROWS = 20_000;
const WINDOW_CHARS = 8 * 1024 * 1024;
/** How long this job may occupy its thread before other jobs get their turn. */
const HOLD_MS = 6;
const MAX_RAW_CHARS = 4_000;

/**
 * Reads the next window. It depends only on the file, so that after a crash a run reads the same window in the same order. Yields every few
 * milliseconds, because jobs of other workspaces run on this thread too.
 */
export async function readWindow(
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

/** Only a refusal is taken from an unreliable row. */
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

/** The cells as JSON, shortened: the report only has to identify the row. */
function shortRow(cells: readonly string[]): string {
  const most = Math.max(50, Math.floor(MAX_RAW_CHARS / Math.max(1, cells.length)));
  const short = cells
    .slice(0, 200)
    .map((cell) => (cell.length > most ? `${cell.slice(0, most)}…` : cell));
  return JSON.stringify(short);
}

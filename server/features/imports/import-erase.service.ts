import { createReadStream, existsSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { abandonTask } from "../tasks/tasks.service.ts";
import { importPath, removeImportFiles } from "./import-files.ts";
import { parseSettings } from "./import-settings.ts";
import { discardUpload, type ImportRow, type ImportState, importsBefore } from "./imports.store.ts";

const IMPORTS_AT_ONCE = 200;
/**
 * States in which a file waits for a person. A running import skips erased people itself and deletes its file at the
 * end.
 */
const WAITING: ImportState[] = ["uploaded", "failed"];
/** No address is longer than this. */
const OVERLAP_CHARS = 320;

const ERASED =
  "A person in this file was erased on request, so the file was removed. Upload it again to import the others.";

type Context = { open: () => Connection; dataDir: string; signal: AbortSignal; now: number };

/**
 * Cancels waiting imports whose file contains one of the addresses, deletes the files, and records the reason in the
 * import. Returns how many. Safe to repeat.
 */
export async function dropUploadsNaming(
  context: Context,
  addresses: readonly string[],
): Promise<number> {
  let dropped = 0;
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = importsBefore(context.open(), before, IMPORTS_AT_ONCE);
    for (const row of rows) {
      if (WAITING.includes(row.state) && (await names(context, row, addresses))) {
        dropped += Number(drop(context, row));
      }
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < IMPORTS_AT_ONCE) {
      return dropped;
    }
    before = last.id;
  }
}

function drop({ open, dataDir, now }: Context, { id, taskId, filePath }: ImportRow): boolean {
  const isDropped =
    taskId === null
      ? discardUpload(open(), { id, reason: ERASED, now })
      : abandonTask(open(), taskId, ERASED, now);
  if (!isDropped) {
    return false;
  }
  removeImportFiles(dataDir, filePath);
  return true;
}

async function names(
  { dataDir, signal }: Context,
  row: ImportRow,
  addresses: readonly string[],
): Promise<boolean> {
  const path = importPath(dataDir, row.filePath);
  if (!existsSync(path)) {
    return false;
  }
  const wanted = addresses.map((address) => address.toLowerCase());
  const decoder = new TextDecoder(parseSettings(row.settings).encoding);
  let tail = "";
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
    const text = tail + decoder.decode(chunk as Uint8Array, { stream: true }).toLowerCase();
    if (wanted.some((address) => text.includes(address))) {
      return true;
    }
    tail = text.slice(-OVERLAP_CHARS);
  }
  return false;
}

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DAMAGED_FOLDER } from "./damaged.ts";

/**
 * Size in bytes of each stream in a journal folder. Segments are deleted once they are applied, so a growing stream
 * means that its facts do not reach the databases. Empty when there is no journal yet.
 */
export function journalBytes(journalDir: string): { stream: string; bytes: number }[] {
  const streams = entriesOf(journalDir).filter((name) => name !== DAMAGED_FOLDER);
  return streams.map((stream) => {
    const files = entriesOf(join(journalDir, stream));
    return {
      stream,
      bytes: files.reduce((sum, file) => sum + sizeOf(journalDir, stream, file), 0),
    };
  });
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

function sizeOf(...path: string[]): number {
  // The writer may delete a segment between the listing and this call.
  return statSync(join(...path), { throwIfNoEntry: false })?.size ?? 0;
}

import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { segmentPath } from "./segments.ts";

/** Beside the streams of a journal: copies of segments in which bytes could not be read. */
export const DAMAGED_FOLDER = "damaged";

/**
 * Keeps a copy of a damaged segment beside the streams, once.
 *
 * @param dir The stream's folder.
 * @returns where the copy is; "" when the segment is gone or no copy could be made.
 */
export function keepDamaged(dir: string, segment: number): string {
  const path = segmentPath(dir, segment);
  const folder = join(dirname(dir), DAMAGED_FOLDER);
  const copy = join(folder, `${basename(dir)}-${basename(path)}`);
  try {
    if (!existsSync(copy)) {
      mkdirSync(folder, { recursive: true });
      copyFileSync(path, copy);
    }
    return copy;
  } catch {
    // Without room for a copy the damage is still told, with the place of what cannot be read.
    return "";
  }
}

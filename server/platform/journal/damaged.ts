import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { segmentPath } from "./segments.ts";

/** Folder next to the streams, for copies of segments with unreadable bytes. */
export const DAMAGED_FOLDER = "damaged";

/**
 * Keeps a copy of a damaged segment, once.
 *
 * @param dir The stream's folder.
 * @returns the path of the copy; "" when the segment is gone or could not be copied.
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
    // Even without a copy, the caller still reports the damage and its position.
    return "";
  }
}

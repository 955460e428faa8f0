import { storedBecause } from "../../platform/errors.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import type { ImportRow } from "./imports.store.ts";

/** How long the file of an import that is not running is kept. */
export const IMPORT_KEEP_MS = 7 * DAY_MS;

/** The error of an import whose file has expired. */
export const FORGOTTEN = storedBecause("import_forgotten");

/**
 * True when nobody has started or resumed the import for so long that its file is deleted, or will be tonight. Uses
 * only the row, so that the clean-up job does not have to open the workspace.
 */
export function isForgotten(row: ImportRow, now: number): boolean {
  const last = Math.max(row.createdAt, row.runStartedAt ?? 0, row.finishedAt ?? 0);
  return (row.state === "uploaded" || row.state === "failed") && last + IMPORT_KEEP_MS <= now;
}

import { DAY_MS } from "../../platform/time.rules.ts";
import type { ImportRow } from "./imports.store.ts";

/** How long the file of an import that does not run is kept. */
export const IMPORT_KEEP_MS = 7 * DAY_MS;

/** What an import says whose file was kept in vain. */
export const FORGOTTEN =
  "Nobody started or resumed this import for 7 days, so its file was removed: upload it again.";

/**
 * True when nobody has started or resumed it for so long that its file is gone, or goes tonight. Told from
 * the row alone, so that the job which removes files need not open the workspace.
 */
export function isForgotten(row: ImportRow, now: number): boolean {
  const last = Math.max(row.createdAt, row.runStartedAt ?? 0, row.finishedAt ?? 0);
  return (row.state === "uploaded" || row.state === "failed") && last + IMPORT_KEEP_MS <= now;
}

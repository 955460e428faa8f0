import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler/scheduler.ts";

const DAY_MS = 24 * 3_600_000;
/** An upload that nobody started or resumed for so long is not wanted any more. */
const IMPORT_DAYS = 30;
/** As long as the file of an export can be fetched. */
const EXPORT_DAYS = 7;

/** Removes the files of forgotten imports and expired exports every night. No workspace is opened for it. */
export function registerFileCleanUp(scheduler: Scheduler, dataDir: string, clock: Clock): void {
  scheduler.every("files.clean-up", { pattern: "41 3 * * *", zone: "UTC" }, async () => {
    removeOldFiles(join(dataDir, "local", "imports"), clock() - IMPORT_DAYS * DAY_MS);
    removeOldFiles(join(dataDir, "local", "exports"), clock() - EXPORT_DAYS * DAY_MS);
  });
}

/** Removes the files of a folder that were last written before that instant (unix ms); returns how many. */
export function removeOldFiles(folder: string, before: number): number {
  if (!existsSync(folder)) {
    return 0;
  }
  const old = readdirSync(folder).filter((name) => statSync(join(folder, name)).mtimeMs < before);
  for (const name of old) {
    rmSync(join(folder, name), { force: true });
  }
  return old.length;
}

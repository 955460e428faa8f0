import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { IMPORT_KEEP_MS } from "../features/imports/imports.service.ts";
import { FILE_KEEP_MS } from "../features/tasks/task-files.service.ts";
import type { Clock } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler/scheduler.ts";

/**
 * Deletes old files of imports and exports every night, by age, without opening any workspace. Readers of their rows
 * check for themselves whether the file is still there.
 */
export function registerFileCleanUp(scheduler: Scheduler, dataDir: string, clock: Clock): void {
  scheduler.every("files.clean-up", { pattern: "41 3 * * *", zone: "UTC" }, async () => {
    removeOldFiles(join(dataDir, "local", "imports"), clock() - IMPORT_KEEP_MS);
    removeOldFiles(join(dataDir, "local", "exports"), clock() - FILE_KEEP_MS);
  });
}

/** Deletes the files of a folder last written before `before` (unix ms); returns how many. */
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

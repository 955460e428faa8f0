import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXPORT_KEEP_MS } from "../features/exports/export-run.service.ts";
import { IMPORT_KEEP_MS } from "../features/imports/imports.service.ts";
import type { Clock } from "../platform/clock.ts";
import type { Scheduler } from "../platform/scheduler/scheduler.ts";

/**
 * Removes the files of forgotten imports and expired exports every night, by their age: no workspace is
 * opened for it. Their rows tell it by themselves when they are read.
 */
export function registerFileCleanUp(scheduler: Scheduler, dataDir: string, clock: Clock): void {
  scheduler.every("files.clean-up", { pattern: "41 3 * * *", zone: "UTC" }, async () => {
    removeOldFiles(join(dataDir, "local", "imports"), clock() - IMPORT_KEEP_MS);
    removeOldFiles(join(dataDir, "local", "exports"), clock() - EXPORT_KEEP_MS);
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

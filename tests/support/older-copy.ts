import { copyFileSync, rmSync } from "node:fs";

/** Replaces a database and its log with a copy, like a person who restores a backup. */
export function restoreCopy(path: string, copy: string): void {
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(path + end, { force: true });
  }
  copyFileSync(copy, path);
}

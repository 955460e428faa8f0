import { copyFileSync, rmSync } from "node:fs";

/** Puts a copy in the place of a database and its log, as somebody does who restores a backup. */
export function restoreCopy(path: string, copy: string): void {
  for (const end of ["", "-wal", "-shm"]) {
    rmSync(path + end, { force: true });
  }
  copyFileSync(copy, path);
}

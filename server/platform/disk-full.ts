import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

// SHMSIZE: the index of the write-ahead log could not be extended.
const CODES = new Set<unknown>(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

/** True when an error of the system or SQLite means that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && CODES.has(error.code);
}

/** More than SQLite writes at once, so that it does not fit where a page did not. */
const PROBE = Buffer.alloc(64 * 1024);

/**
 * SQLite says "full" only for ENOSPC. A quota that is used up (EDQUOT) is SQLITE_IOERR_WRITE to it, like a disk that
 * fails (`unixWrite` in os_unix.c), so whether there is space is tried beside the file.
 *
 * @param path The database file.
 * @param tryToWrite Writes into a folder; returns what it threw.
 * @returns an error for which `isDiskFull` is true, or else the error itself.
 */
export function asDiskFull(
  error: unknown,
  path: string,
  tryToWrite: (folder: string) => unknown = tried,
): unknown {
  const isWrite = error instanceof Error && "code" in error && error.code === "SQLITE_IOERR_WRITE";
  return isWrite && isDiskFull(tryToWrite(dirname(path)))
    ? Object.assign(new Error("database or disk is full", { cause: error }), {
        code: "SQLITE_FULL",
      })
    : error;
}

let probes = 0;

function tried(folder: string): unknown {
  probes += 1;
  const path = join(folder, `.space-${process.pid}-${probes}`);
  try {
    writeFileSync(path, PROBE);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    rmSync(path, { force: true });
  }
}

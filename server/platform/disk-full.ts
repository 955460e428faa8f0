import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

// SHMSIZE: the index of the write-ahead log could not be extended.
const CODES = new Set<unknown>(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

/** True when an error of the system or SQLite means that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && CODES.has(error.code);
}

/** More than SQLite writes at once, so that it does not fit if a page did not fit. */
const PROBE = Buffer.alloc(64 * 1024);

/**
 * SQLite says "full" only for ENOSPC. It reports a used-up quota (EDQUOT) as SQLITE_IOERR_WRITE, like a failing disk
 * (`unixWrite` in os_unix.c). A trial write beside the file therefore tests whether there is space.
 *
 * @param path The database file.
 * @param tryToWrite Writes into a folder and returns the error, if any.
 * @returns an error for which `isDiskFull` is true, otherwise the given error.
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

/** The error with which a start ends whose data folder is on a full disk. */
export function fullDisk(dataDir: string, cause: unknown): Error {
  return new Error(
    `the disk of the data folder ${dataDir} is full. Free some space and start again; what was saved before is untouched`,
    { cause },
  );
}

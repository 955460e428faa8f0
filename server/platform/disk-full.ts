// SHMSIZE: the index of the write-ahead log could not be extended.
const CODES = new Set<unknown>(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

/** True when an error of the system or SQLite means that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && CODES.has(error.code);
}

// SHMSIZE: the index beside the write-ahead log could not be made longer.
const CODES = new Set<unknown>(["ENOSPC", "EDQUOT", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"]);

/** True for the error of the system, or of SQLite, when there is no space left. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && CODES.has(error.code);
}

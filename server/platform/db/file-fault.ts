import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";

/** Why a database file cannot be used. */
export type FaultReason =
  | "missing"
  | "unreadable"
  | "not_a_database"
  | "damaged"
  | "newer"
  | "migration_failed"
  | "io_error"
  | "replaced"
  | "log_missing";

/** A database file that cannot be used as it is. */
export class FileFault extends Error {
  readonly reason: FaultReason;

  constructor(reason: FaultReason, detail: string) {
    super(detail);
    this.name = "FileFault";
    this.reason = reason;
  }
}

// https://www.sqlite.org/fileformat.html §1.3
const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";
const VERSION_OFFSET = 60;

/**
 * Looks at a database file from outside, without SQLite: cheap enough for thousands of files at a start.
 *
 * @param newestVersion The newest schema this program knows.
 * @returns what is wrong with it; undefined when nothing can be seen from here.
 * @throws Error for what is no fault of the file, such as too many open files.
 */
export function lookAtFile(path: string, newestVersion: number): FileFault | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  let length: number;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    const fd = openSync(path, "r");
    try {
      length = readSync(fd, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) {
      throw error;
    }
    return fault;
  }
  if (length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    const said = length === 0 ? "the file is empty" : "the file is not an SQLite database";
    return new FileFault("not_a_database", said);
  }
  const version = header.readUInt32BE(VERSION_OFFSET);
  return version > newestVersion ? newerFault(version, newestVersion) : undefined;
}

export function newerFault(version: number, newest: number): FileFault {
  return new FileFault("newer", `it has schema ${version}, this program knows ${newest}`);
}

/** The file's identity (another number when it was replaced) and length; undefined when it is gone. */
export function shapeOf(path: string): { inode: number; bytes: number } | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { inode: found.ino, bytes: found.size };
}

/**
 * The fault of the file that an error of the system or of SQLite tells of; undefined for any other error, such as
 * a full disk, a lock or a broken constraint, which say nothing about the file.
 */
export function faultOf(error: unknown): FileFault | undefined {
  if (error instanceof FileFault) {
    return error;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1];
  return reason && new FileFault(reason, messageOf(error));
}

// Left out: SQLITE_IOERR_SHMSIZE is what a full disk says, SQLITE_READONLY what a connection for reading says.
const reasons: readonly (readonly [RegExp, FaultReason])[] = [
  [/^SQLITE_NOTADB/, "not_a_database"],
  [/^SQLITE_CORRUPT/, "damaged"],
  [/^SQLITE_READONLY_DBMOVED/, "missing"],
  [/^(SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EISDIR)/, "unreadable"],
  [/^(SQLITE_IOERR(?!_SHMSIZE|_NOMEM|_BLOCKED)|EIO)/, "io_error"],
  [/^ENOENT/, "missing"],
];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

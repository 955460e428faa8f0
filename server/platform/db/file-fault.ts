import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { messageOf } from "../errors.ts";

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
  | "log_missing"
  | "no_tables"
  | "other_workspace"
  | "wrong_log";

/** A database file that cannot be used in its present state. */
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
const PAGE_SIZE_OFFSET = 16;
const CHANGES_OFFSET = 24;
const PAGES_OFFSET = 28;
const VALID_FOR_OFFSET = 92;
// §4: the log starts with one of two magic numbers; each page in it has a header.
const LOG_HEADER_BYTES = 32;
const LOG_MAGIC = new Set([0x377f0682, 0x377f0683]);
const FRAME_HEADER_BYTES = 24;

/**
 * Checks a database file without SQLite, which is cheap enough for thousands of files at a start. Must not be called
 * for a file that this process has open (`isMarkedOpen`).
 *
 * @param newestVersion The newest schema version this program supports.
 * @param needsTables Report a file without tables, unless its write-ahead log may contain them.
 * @returns the fault; undefined when none is visible from outside.
 * @throws Error for problems other than the file itself, such as too many open files.
 */
export function lookAtFile(
  path: string,
  newestVersion: number,
  needsTables = false,
): FileFault | undefined {
  let header: Buffer;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    header = beginningOf(path, HEADER_BYTES);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) {
      throw error;
    }
    return fault;
  }
  const { length } = header;
  if (length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    const said = length === 0 ? "the file is empty" : "the file is not an SQLite database";
    return new FileFault("not_a_database", said);
  }
  const version = header.readUInt32BE(VERSION_OFFSET);
  if (version > newestVersion) {
    return newerSchemaFault(version, newestVersion);
  }
  return needsTables && version === 0 && (shapeOf(`${path}-wal`)?.bytes ?? 0) < LOG_HEADER_BYTES
    ? noTablesFault(path)
    : lookAtPages(path, header);
}

/** Like `lookAtFile`, for a file that this process has open: checks only what is visible without opening it. */
export function lookBeside(path: string): FileFault | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) {
      throw error;
    }
    return fault;
  }
  return shapeOf(path)?.bytes === 0
    ? new FileFault("not_a_database", "the file is empty")
    : undefined;
}

/**
 * Checks that the log is valid, and that the file has the length stated in its header, apart from pages that may still
 * be in the log.
 */
function lookAtPages(path: string, header: Buffer): FileFault | undefined {
  const log = `${path}-wal`;
  const logBytes = shapeOf(log)?.bytes ?? 0;
  if (logBytes >= LOG_HEADER_BYTES && !isLog(log)) {
    return new FileFault("damaged", `${log} is not a write-ahead log`);
  }
  const size = header.readUInt16BE(PAGE_SIZE_OFFSET);
  const pageBytes = size === 1 ? 65_536 : size;
  const isCounted = header.readUInt32BE(CHANGES_OFFSET) === header.readUInt32BE(VALID_FOR_OFFSET);
  const bytes = shapeOf(path)?.bytes ?? 0;
  const inLog = Math.floor(
    Math.max(0, logBytes - LOG_HEADER_BYTES) / (pageBytes + FRAME_HEADER_BYTES),
  );
  const pages = header.readUInt32BE(PAGES_OFFSET);
  const lacking = pages - Math.floor(bytes / pageBytes);
  return isCounted && lacking > inLog
    ? new FileFault(
        "damaged",
        `the file was cut: only ${bytes} of ${pages * pageBytes} bytes are there`,
      )
    : undefined;
}

function isLog(path: string): boolean {
  try {
    const magic = beginningOf(path, LOG_HEADER_BYTES);
    // After a power cut, a newly created log may consist of zeros.
    return magic.every((byte) => byte === 0) || LOG_MAGIC.has(magic.readUInt32BE(0));
  } catch (error) {
    // The last connection may have been closed in the meantime, which checkpoints and removes the log.
    if (faultOf(error)?.reason === "missing") {
      return true;
    }
    throw error;
  }
}

/** The first bytes of a file; fewer if the file is shorter. */
export function beginningOf(path: string, bytes: number): Buffer {
  const fd = openSync(path, "r");
  try {
    const found = Buffer.alloc(bytes);
    return found.subarray(0, readSync(fd, found, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
}

/** SQLite first creates a file without tables; they exist only in the log until the first checkpoint. */
export function noTablesFault(path: string): FileFault {
  return new FileFault(
    "no_tables",
    `the file has no tables, and ${path}-wal does not contain them`,
  );
}

/** The fault of a workspace whose log was removed or replaced while open: further writes would be lost. */
export function logRemovedFault(path: string): FileFault {
  return new FileFault("log_missing", `${path}-wal was taken away or replaced while it was open`);
}

export function newerSchemaFault(version: number, newest: number): FileFault {
  return new FileFault(
    "newer",
    `it has schema ${version}, but this program supports only ${newest}`,
  );
}

/** The file's inode (which changes when the file is replaced) and length; undefined when it does not exist. */
export function shapeOf(path: string): { inode: number; bytes: number } | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && { inode: found.ino, bytes: found.size };
}

/**
 * Converts an error of the system or of SQLite to the file's fault; undefined for errors that say nothing about the
 * file, such as a full disk, a lock or a violated constraint.
 */
export function faultOf(error: unknown): FileFault | undefined {
  if (error instanceof FileFault) {
    return error;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1];
  // SQLite uses the same code for a file that may not be opened and for a process that has too many open files.
  if (MAYBE_NO_FILES.test(code) && isOutOfFiles()) {
    return undefined;
  }
  return reason && new FileFault(reason, messageOf(error));
}

const MAYBE_NO_FILES = /^SQLITE_(CANTOPEN|IOERR)/;

/**
 * More descriptors than opening a database needs. The descriptors of the failed attempt are closed by now, so several
 * must be tried.
 */
const FILES_OF_A_DATABASE = 8;

function isOutOfFiles(): boolean {
  const files: number[] = [];
  try {
    while (files.length < FILES_OF_A_DATABASE) {
      files.push(openSync("/dev/null", "r"));
    }
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && /^E[MN]FILE$/.test(String(error.code));
  } finally {
    files.forEach(closeSync);
  }
}

// Not included: SQLITE_IOERR_SHMSIZE, which a full disk causes, and SQLITE_READONLY, which a read-only connection
// returns.
const reasons: readonly (readonly [RegExp, FaultReason])[] = [
  [/^SQLITE_NOTADB/, "not_a_database"],
  [/^SQLITE_CORRUPT/, "damaged"],
  [/^SQLITE_READONLY_DBMOVED/, "missing"],
  [/^(SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EISDIR)/, "unreadable"],
  [/^(SQLITE_IOERR(?!_SHMSIZE|_NOMEM|_BLOCKED)|EIO)/, "io_error"],
  [/^ENOENT/, "missing"],
];

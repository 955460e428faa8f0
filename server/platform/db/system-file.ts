import { readdirSync } from "node:fs";
import { join } from "node:path";
import { asDiskFull, isDiskFull } from "../disk-full.ts";
import { type Connection, type ConnectionOptions, openConnection } from "./driver.ts";
import { faultOf, lookAtFile, lookBeside, shapeOf } from "./file-fault.ts";
import { lookAtLog } from "./log-base.ts";
import { currentVersion, migrate } from "./migrate.ts";
import { isSystemMarkedOpen } from "./open-marks.ts";

const WORKSPACE_FILE = /^t_[0-9a-z]{26}\.db$/;
const NAMED = 3;
const RIGHT_FILE =
  "Put back the file that was there before, and keep the file ending in -wal, because it contains the latest changes. If you no longer have the file, restore the whole data folder from your backup.";
const WAY_BACK = "Put it back from your backup, together with its -wal if there is one.";

/** `system.db` cannot be used; the message states the file, the problem and the remedy. */
export class SystemFileError extends Error {
  /** The problem. */
  readonly said: string;
  /** The remedy. */
  readonly mend: string;

  constructor(said: string, mend: string) {
    super(`${said} ${mend} Nothing was changed.`);
    this.name = "SystemFileError";
    this.said = said;
    this.mend = mend;
  }
}

/** The file with the users, workspaces and settings of an instance. */
export function systemPath(dataDir: string): string {
  return join(dataDir, "system.db");
}

/**
 * Checks `system.db` from outside. A folder where it is missing or empty counts as a new instance only if it contains
 * no workspace files.
 *
 * @param look Performs the check of the file.
 * @returns the fault; undefined when none is visible from outside.
 */
export function systemFileFault(
  dataDir: string,
  look: typeof lookAtFile = lookAtFile,
): SystemFileError | undefined {
  const path = systemPath(dataDir);
  if (isAbsent(dataDir)) {
    const files = workspaceFiles(dataDir);
    const more = files.length > NAMED ? ", …" : "";
    const holds = files.length === 1 ? "a workspace" : `${files.length} workspaces`;
    return files.length === 0
      ? undefined
      : new SystemFileError(
          `${path} is ${shapeOf(path) === undefined ? "missing" : "empty"}, but this folder contains ${holds} (${files.slice(0, NAMED).join(", ")}${more}).`,
          "Restore system.db from your backup.",
        );
  }
  const fault = look(path, currentVersion("system"));
  return fault && systemFault(path, fault);
}

/**
 * Finds a `system.db` that does not belong to the log beside it. Must not be called while this process has it open.
 *
 * @param read Opens the file; by default it is opened in place.
 */
export function systemLogFault(
  dataDir: string,
  read?: Parameters<typeof lookAtLog>[1],
): SystemFileError | undefined {
  const path = systemPath(dataDir);
  const fault = isAbsent(dataDir) ? undefined : lookAtLog(path, read);
  return fault && systemFault(path, fault);
}

/** @throws SystemFileError when `system.db` does not belong to its log. Must not be called while a server runs. */
export function requireOwnLog(dataDir: string): void {
  const fault = systemLogFault(dataDir);
  if (fault !== undefined) {
    throw fault;
  }
}

/**
 * Opens and migrates `system.db`.
 *
 * @throws SystemFileError when the file cannot be used; Error for other problems.
 */
export function openSystem(dataDir: string, options: ConnectionOptions): Connection {
  const fault = isSystemMarkedOpen(dataDir)
    ? systemFileFault(dataDir, lookBeside)
    : (systemFileFault(dataDir) ?? systemLogFault(dataDir));
  if (fault !== undefined) {
    throw fault;
  }
  const path = systemPath(dataDir);
  let db: Connection | undefined;
  try {
    db = openConnection(path, options);
    migrate(db, "system");
    return db;
  } catch (error) {
    db?.close();
    throw systemFault(path, error) ?? error;
  }
}

/**
 * Converts an error from SQLite or the operating system about `system.db` into a message with the file and the remedy;
 * undefined for other errors.
 */
export function systemFault(path: string, error: unknown): SystemFileError | undefined {
  const fault = isDiskFull(asDiskFull(error, path)) ? undefined : faultOf(error);
  if (fault === undefined) {
    return undefined;
  }
  switch (fault.reason) {
    case "missing":
      return new SystemFileError(`${path} is missing.`, WAY_BACK);
    case "newer":
      return new SystemFileError(`${path}: ${fault.message}.`, "Run the newer SwiftMail.");
    case "unreadable":
      return new SystemFileError(
        `${path} cannot be opened (${fault.message}).`,
        "Give the user that runs the server permission to read and write the file and the folder.",
      );
    case "io_error":
      return new SystemFileError(
        `${path} cannot be read (${fault.message}).`,
        "Check the disk and its cable, then the file.",
      );
    case "wrong_log":
      return new SystemFileError(`${path} cannot be used: ${fault.message}.`, RIGHT_FILE);
    default:
      return new SystemFileError(`${path} is damaged (${fault.message}).`, WAY_BACK);
  }
}

/**
 * Reads all of `system.db`, so that damage in its middle refuses the start instead of failing some requests later. Takes
 * about a second for 500 MB.
 *
 * @throws SystemFileError when a part of it is damaged.
 */
export function requireSound(dataDir: string, system: Connection): void {
  const path = systemPath(dataDir);
  let found: string;
  try {
    found = String(system.pragma("quick_check(1)", { simple: true }));
  } catch (error) {
    throw systemFault(path, error) ?? error;
  }
  if (found !== "ok") {
    throw new SystemFileError(`${path} is damaged (${found}).`, WAY_BACK);
  }
}

/** True when no instance has been created in this folder yet. */
export function isAbsent(dataDir: string): boolean {
  return (
    (shapeOf(systemPath(dataDir))?.bytes ?? 0) === 0 &&
    (shapeOf(`${systemPath(dataDir)}-wal`)?.bytes ?? 0) === 0
  );
}

function workspaceFiles(dataDir: string): string[] {
  return readdirSync(dataDir)
    .filter((name) => WORKSPACE_FILE.test(name))
    .sort();
}

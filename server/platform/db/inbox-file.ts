import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AppError, because } from "../errors.ts";
import { isId } from "../ids.ts";
import { log } from "../log.ts";
import { isBusy } from "./busy.ts";
import { noteDamage } from "./damage.store.ts";
import { type Connection, type ConnectionOptions, lockFile, openConnection } from "./driver.ts";
import { type FileFault, faultOf, shapeOf } from "./file-fault.ts";
import { migrate } from "./migrate.ts";

/** How long a thread waits for another thread that is creating or replacing the same inbox (ms). */
const MAKING_MS = 500;
const PAUSE_MS = 5;
const UNUSABLE_RETRY_SECONDS = 60;

/** The path of a workspace's inbox file. */
export function inboxPath(dataDir: string, id: string): string {
  return join(dataDir, "local", `inbox_${id}.db`);
}

/**
 * Opens an inbox file and migrates it. A damaged file is renamed, and a missing one that existed before is reported. An
 * empty file takes its place, because an inbox contains only captured and received mail, and nothing else depends on
 * it.
 *
 * @throws AppError `unavailable` when the file cannot be used and is not replaced, such as a file of a newer program;
 * Error for problems other than the file, such as a full disk.
 */
export function openInbox(
  system: Connection,
  dataDir: string,
  id: string,
  options: ConnectionOptions,
): Connection {
  const path = inboxPath(dataDir, id);
  if (isInboxMissing(dataDir, id)) {
    log.error({ path }, "an inbox file is missing and is replaced by a new one");
    const at = Date.now();
    noteDamage(system, { at, kind: "inbox_missing", path, bytes: 0, records: 0, kept: "" });
  }
  const db = openUsable(system, dataDir, path, options);
  markMade(dataDir, id);
  return db;
}

/**
 * A file that is left unchanged, such as one of a newer program, is a state of the server and not an error of the
 * request.
 */
function openUsable(
  system: Connection,
  dataDir: string,
  path: string,
  options: ConnectionOptions,
): Connection {
  try {
    return openOrReplace(system, dataDir, path, options);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) {
      throw error;
    }
    log.error({ path, err: error }, "an inbox file cannot be used");
    throw new AppError("unavailable", because("inbox_unusable", { fault: fault.message }), {
      cause: error,
      retryAfterSeconds: UNUSABLE_RETRY_SECONDS,
    });
  }
}

/** The inboxes that were created in this folder and whose file is missing now. */
export function missingInboxes(dataDir: string): string[] {
  const folder = madeFolder(dataDir);
  const made = existsSync(folder) ? readdirSync(folder).filter(isId) : [];
  return made.filter((id) => isInboxMissing(dataDir, id)).sort();
}

/** True when an inbox with this fault is replaced by an empty one as soon as it is opened. */
export function isReplaced({ reason }: FileFault): boolean {
  return reason === "not_a_database" || reason === "damaged";
}

function openOrReplace(
  system: Connection,
  dataDir: string,
  path: string,
  options: ConnectionOptions,
): Connection {
  try {
    return open(path, options);
  } catch (error) {
    if (!isBusy(error) && !isReplaceable(error)) {
      throw error;
    }
    mkdirSync(madeFolder(dataDir), { recursive: true });
    // Without the lock, a thread that notices the damage a moment later would move away the new file of the first
    // thread.
    const release = lockFile(join(madeFolder(dataDir), "lock"), MAKING_MS);
    if (release === undefined) {
      throw error;
    }
    try {
      return replaced(system, path, options);
    } finally {
      release();
    }
  }
}

/** Another thread may have replaced the file in the meantime, so it is tried once more. */
function replaced(system: Connection, path: string, options: ConnectionOptions): Connection {
  try {
    return openPatiently(path, options);
  } catch (error) {
    if (!isReplaceable(error)) {
      throw error;
    }
    const at = Date.now();
    const kept = `${path}.damaged-${at}`;
    putAside(path, kept);
    log.error({ path, kept, err: error }, "an inbox file is damaged and is replaced by a new one");
    noteDamage(system, { at, kind: "inbox_damaged", path, bytes: 0, records: 0, kept });
    return openPatiently(path, options);
  }
}

/** The log is moved first. Once the file's name is free, a log with that name may belong to a new file. */
function putAside(path: string, kept: string): void {
  rmSync(`${path}-shm`, { force: true });
  for (const end of ["-wal", ""]) {
    if (existsSync(path + end)) {
      renameSync(path + end, kept + end);
    }
  }
}

/** SQLite does not wait for a lock while two connections switch a new file to WAL mode. */
function openPatiently(path: string, options: ConnectionOptions): Connection {
  const until = performance.now() + MAKING_MS;
  for (;;) {
    try {
      return open(path, options);
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) {
        throw error;
      }
      Bun.sleepSync(PAUSE_MS);
    }
  }
}

function isReplaceable(error: unknown): boolean {
  const fault = faultOf(error);
  return fault !== undefined && isReplaced(fault);
}

function open(path: string, options: ConnectionOptions): Connection {
  const db = openConnection(path, options);
  try {
    migrate(db, "inbox");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// A missing database looks like one that never existed, so a mark beside the files records that it was created. The
// mark is in the same folder because both belong to one node. If all of local/ is lost, the journal shows it.

function isInboxMissing(dataDir: string, id: string): boolean {
  return existsSync(join(madeFolder(dataDir), id)) && shapeOf(inboxPath(dataDir, id)) === undefined;
}

function markMade(dataDir: string, id: string): void {
  const path = join(madeFolder(dataDir), id);
  if (!existsSync(path)) {
    mkdirSync(madeFolder(dataDir), { recursive: true });
    writeFileSync(path, "");
  }
}

function madeFolder(dataDir: string): string {
  return join(dataDir, "local", "inboxes");
}

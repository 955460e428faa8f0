import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Committed transactions are in the write-ahead log until a checkpoint, and SQLite takes a database without its log for a
// whole one. So it is remembered beside the files, not in them, which ones are open: a file that was open when its
// process died has a log, or has lost it.

const SYSTEM = "system";
const OPENING = "opening";
const OPEN = "";
const CLOSING = "closing";
/** The mark is written beside another thread's closing: what looks lost for a moment is asked again. */
const SETTLES_MS = 20;

/** Remembers that the database is about to be opened, so that nobody reads its file from outside from now on. */
export function markOpening(dataDir: string, name: string): void {
  const path = markPath(dataDir, name);
  if (!existsSync(path)) {
    mkdirSync(marksFolder(dataDir), { recursive: true });
    writeFileSync(path, OPENING);
  }
}

/** Remembers that the database is open, once it has its log. */
export function markOpen(dataDir: string, name: string): void {
  markOpening(dataDir, name);
  const path = markPath(dataDir, name);
  if (markAt(path) === OPENING) {
    writeFileSync(path, OPEN);
  }
}

/** The database could not be opened. */
export function forgetOpening(dataDir: string, name: string): void {
  const path = markPath(dataDir, name);
  if (markAt(path) === OPENING) {
    rmSync(path, { force: true });
  }
}

/** True when a thread of this process has the database open and its log was taken away. */
export function isLogGone(dataDir: string, name: string): boolean {
  const isGone = () =>
    markAt(markPath(dataDir, name)) === OPEN && !existsSync(logPath(dataDir, name));
  if (!isGone()) {
    return false;
  }
  Bun.sleepSync(SETTLES_MS);
  return isGone();
}

function markAt(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // Another thread may have closed the last connection in between.
    if (!existsSync(path)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Whether a thread of this process has the database open. Then nobody may open its file but SQLite: closing any other handle
 * to it ends the process's own locks on it (fcntl on Unix), and a program that opens the database beside this one, such as
 * one that makes a backup, would take itself for the only one and remove the log from under the threads that write to it.
 */
export function isMarkedOpen(dataDir: string, name: string): boolean {
  return existsSync(markPath(dataDir, name));
}

export function isSystemMarkedOpen(dataDir: string): boolean {
  return isMarkedOpen(dataDir, SYSTEM);
}

export function markSystemOpen(dataDir: string): void {
  markOpen(dataDir, SYSTEM);
}

/**
 * Closes a connection to the database, and forgets the mark when it was the last one: SQLite has taken the log into the file
 * and removed it then. The mark says what is about to happen, since the process may be killed in between.
 */
export function closeMarked(dataDir: string, name: string, close: () => void): void {
  const path = markPath(dataDir, name);
  if (existsSync(path)) {
    writeFileSync(path, CLOSING);
  }
  close();
  settleMark(path, () => existsSync(logPath(dataDir, name)));
}

/**
 * Keeps the mark of a database that others have open, and forgets that of one that has no log any more. The log is looked
 * for again after the mark is written: another thread may have closed the last connection and taken the mark
 * away in between, and a mark that outlives a clean stop would set the file aside at the next start.
 */
export function settleMark(path: string, hasLog: () => boolean): void {
  if (hasLog() && existsSync(path)) {
    writeFileSync(path, OPEN);
  }
  if (!hasLog()) {
    rmSync(path, { force: true });
  }
}

export function closeSystemMarked(dataDir: string, close: () => void): void {
  closeMarked(dataDir, SYSTEM, close);
}

/**
 * The workspaces that were open when their process died and whose write-ahead log is gone. To be asked before
 * anything is opened. The marks of the dead process are taken away, but for those of these workspaces: they stay
 * until it is kept elsewhere that the log is lost (`forgetMarks`), whatever ends this start before.
 *
 * @throws Error when it is the log of `system.db` that is gone.
 */
export function lostLogs(dataDir: string): string[] {
  if (!existsSync(marksFolder(dataDir))) {
    return [];
  }
  const open = readdirSync(marksFolder(dataDir));
  const lost = open
    .filter((name) => markAt(markPath(dataDir, name)) === OPEN)
    .filter((name) => !existsSync(logPath(dataDir, name)));
  if (lost.includes(SYSTEM) && existsSync(filePath(dataDir, SYSTEM))) {
    throw new Error(
      `the write-ahead log ${logPath(dataDir, SYSTEM)} is gone, and with it what was saved last. Restore it, or the whole ` +
        `data folder from a backup. To go on with what is left, remove ${markPath(dataDir, SYSTEM)} and start again`,
    );
  }
  const workspaces = lost.filter((name) => name !== SYSTEM);
  forgetMarks(
    dataDir,
    open.filter((name) => !workspaces.includes(name)),
  );
  return workspaces;
}

export function forgetMarks(dataDir: string, names: readonly string[]): void {
  for (const name of names) {
    rmSync(markPath(dataDir, name), { force: true });
  }
}

function marksFolder(dataDir: string): string {
  return join(dataDir, "local", "open");
}

function markPath(dataDir: string, name: string): string {
  return join(marksFolder(dataDir), name);
}

function filePath(dataDir: string, name: string): string {
  return join(dataDir, name === SYSTEM ? "system.db" : `t_${name}.db`);
}

function logPath(dataDir: string, name: string): string {
  return `${filePath(dataDir, name)}-wal`;
}

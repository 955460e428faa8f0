import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Committed transactions are stored in the write-ahead log until a checkpoint, but SQLite accepts a database without
// its log as complete. A mark file therefore records which databases are open: a database that was open when its
// process died must have a log, or its last commits are lost.

const SYSTEM = "system";
const OPENING = "opening";
const OPEN = "";
const CLOSING = "closing";
/**
 * Another thread may be closing the database just now, so a missing log is checked a second time after this pause (ms).
 */
const SETTLES_MS = 20;

/** Records that the database is about to be opened; from now on its file must not be read from outside. */
export function markOpening(dataDir: string, name: string): void {
  const path = markPath(dataDir, name);
  if (!existsSync(path)) {
    mkdirSync(marksFolder(dataDir), { recursive: true });
    writeFileSync(path, OPENING);
  }
}

/** Records that the database is open and has its log. */
export function markOpen(dataDir: string, name: string): void {
  markOpening(dataDir, name);
  const path = markPath(dataDir, name);
  if (markAt(path) === OPENING) {
    writeFileSync(path, OPEN);
  }
}

/** Removes the mark after the database could not be opened. */
export function forgetOpening(dataDir: string, name: string): void {
  const path = markPath(dataDir, name);
  if (markAt(path) === OPENING) {
    rmSync(path, { force: true });
  }
}

/** True when this process has the database open but its log was removed. */
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
    // Another thread may have closed the last connection in the meantime.
    if (!existsSync(path)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * True when a thread of this process has the database open. Only SQLite may then open the file: closing any other
 * handle to it releases the process's own locks (fcntl on Unix). Another program that opens the database, such as a
 * backup, would then see itself as the only user and remove the log that these threads write to.
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
 * Closes a connection, and removes the mark if it was the last one, in which case SQLite has checkpointed and removed
 * the log. The mark is set to "closing" first, because the process may be killed in between.
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
 * Keeps the mark of a database that other threads have open, and removes it when there is no log any more. The log is
 * checked again after the mark is written: another thread may have closed the last connection in between, and a mark
 * left after a clean stop would set the file aside at the next start.
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
 * The workspaces that were open when their process died and whose write-ahead log is missing. Call it before opening
 * any database. Removes the dead process's marks except those of the returned workspaces, which remain until the loss
 * is recorded elsewhere (`forgetMarks`), even if this start fails before that.
 *
 * @throws Error when the log of `system.db` is missing.
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

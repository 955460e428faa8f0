import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

// Committed transactions are stored in the write-ahead log until a checkpoint, but SQLite accepts a database without
// its log as complete. A mark file therefore records which databases are open: a database that was open when its
// process died must have a log, or its last commits are lost. The next process renames such a mark, and the renamed
// mark stays until the database is opened, because that process may also die before it has opened the database.

const SYSTEM = "system";
const OPENING = "opening";
const OPEN = "";
const CLOSING = "closing";
/** The suffix of the mark of a database that a dead process had open and that has not been opened since. */
const LEFT = ".left";
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
  rmSync(leftPath(dataDir, name), { force: true });
}

/** Removes the mark after the database could not be opened. */
export function forgetOpening(dataDir: string, name: string): void {
  const path = markPath(dataDir, name);
  if (markAt(path) === OPENING) {
    rmSync(path, { force: true });
  }
  if (!existsSync(logPath(dataDir, name))) {
    // The failed attempt to open the database may already have checkpointed the log into the file.
    rmSync(leftPath(dataDir, name), { force: true });
  }
}

/** True when the database needs its log, because this process or a dead one has it open, but the log was removed. */
export function isLogGone(dataDir: string, name: string): boolean {
  const isGone = () => needsLog(dataDir, name) && !existsSync(logPath(dataDir, name));
  if (!isGone()) {
    return false;
  }
  Bun.sleepSync(SETTLES_MS);
  return isGone();
}

function needsLog(dataDir: string, name: string): boolean {
  return markAt(markPath(dataDir, name)) === OPEN || existsSync(leftPath(dataDir, name));
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

/** The name under which the file is marked; undefined for files without marks, such as inboxes. */
export function markName(path: string): string | undefined {
  const name = /^(?:t_([0-9a-z]{26})|(system))\.db$/.exec(basename(path));
  return name?.[1] ?? name?.[2];
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
    // The mark must be on the disk before the log can be removed. Otherwise, after a power cut, a log that was removed
    // correctly would look lost.
    writeFileSync(path, CLOSING, { flush: true });
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
    rmSync(path + LEFT, { force: true });
  }
}

export function closeSystemMarked(dataDir: string, close: () => void): void {
  closeMarked(dataDir, SYSTEM, close);
}

/** What to do about a lost log, before the server is started. */
export type LostLog = { said: string; mend: string };

/** The lost log of `system.db`; undefined when it is there or was not needed. Changes nothing. */
export function lostSystemLog(dataDir: string): LostLog | undefined {
  return lostNames(dataDir).includes(SYSTEM) && existsSync(filePath(dataDir, SYSTEM))
    ? {
        said: `the write-ahead log ${logPath(dataDir, SYSTEM)} is missing, and with it the latest changes`,
        mend: `Restore it, or the whole data folder from a backup. To continue without them, remove ${markFiles(dataDir, SYSTEM).join(" and ")} and start again`,
      }
    : undefined;
}

/**
 * The workspaces that were open when their process died, or are open now, and whose log is missing. Changes nothing.
 */
export function workspacesWithLostLog(dataDir: string): string[] {
  return lostNames(dataDir).filter((name) => name !== SYSTEM);
}

/**
 * The workspaces that a dead process had open and that have not been opened since. After a database was opened and
 * closed, its log is no longer needed.
 */
export function workspacesLeftOpen(dataDir: string): string[] {
  return markedNames(dataDir).filter(
    (name) => name !== SYSTEM && existsSync(leftPath(dataDir, name)),
  );
}

/** The description of a workspace whose log is missing. */
export function lostLogSentence(dataDir: string, id: string): string {
  return `${logPath(dataDir, id)} is missing, and with it the latest changes`;
}

/** @throws Error when the log of `system.db` is missing, because opening the file without it would hide the loss. */
export function requireSystemLog(dataDir: string): void {
  const lost = lostSystemLog(dataDir);
  if (lost !== undefined) {
    throw new Error(`${lost.said}. ${lost.mend}`);
  }
}

/**
 * Like `workspacesWithLostLog`. A start calls it before it opens any database. From then on, a mark means that this
 * process has the database open. For databases that a dead process had open, only the fact remains that their log must
 * exist. The marks of the returned workspaces remain until the loss is recorded elsewhere (`forgetMarks`), even if this
 * start fails before that.
 *
 * @throws Error when the log of `system.db` is missing.
 */
export function lostLogs(dataDir: string): string[] {
  requireSystemLog(dataDir);
  const workspaces = workspacesWithLostLog(dataDir);
  for (const name of markedNames(dataDir).filter((marked) => !workspaces.includes(marked))) {
    // The renamed mark is written before the old one is removed, so that a kill in between loses nothing.
    if (existsSync(logPath(dataDir, name))) {
      writeFileSync(leftPath(dataDir, name), "");
    }
    rmSync(markPath(dataDir, name), { force: true });
  }
  return workspaces;
}

function lostNames(dataDir: string): string[] {
  const look = () =>
    markedNames(dataDir)
      .filter((name) => needsLog(dataDir, name))
      .filter((name) => !existsSync(logPath(dataDir, name)));
  if (look().length === 0) {
    return [];
  }
  Bun.sleepSync(SETTLES_MS);
  return look();
}

/** The databases that have a mark of either kind. */
function markedNames(dataDir: string): string[] {
  const folder = marksFolder(dataDir);
  const found = existsSync(folder) ? readdirSync(folder) : [];
  return [...new Set(found.map((file) => basename(file, LEFT)))];
}

export function forgetMarks(dataDir: string, names: readonly string[]): void {
  for (const name of names) {
    rmSync(markPath(dataDir, name), { force: true });
    rmSync(leftPath(dataDir, name), { force: true });
  }
}

function marksFolder(dataDir: string): string {
  return join(dataDir, "local", "open");
}

function markPath(dataDir: string, name: string): string {
  return join(marksFolder(dataDir), name);
}

function markFiles(dataDir: string, name: string): string[] {
  return [markPath(dataDir, name), leftPath(dataDir, name)].filter((path) => existsSync(path));
}

function leftPath(dataDir: string, name: string): string {
  return markPath(dataDir, name) + LEFT;
}

function filePath(dataDir: string, name: string): string {
  return join(dataDir, name === SYSTEM ? "system.db" : `t_${name}.db`);
}

function logPath(dataDir: string, name: string): string {
  return `${filePath(dataDir, name)}-wal`;
}

import { copyFileSync, existsSync, linkSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isInUse } from "../instance-lock.ts";
import { type Connection, openConnection } from "./driver.ts";

/**
 * Reads a database without leaving files beside it. SQLite creates an empty write-ahead log for a database without a
 * log, even for a reader. After a crash, that would hide the loss of the real log. So if no server has the file open,
 * it is opened under another name in a temporary folder, and SQLite creates its files there.
 *
 * @param look Must not keep the connection.
 * @throws Error when the file cannot be opened, and the errors of `look`.
 */
export function lookInside<T>(dataDir: string, path: string, look: (db: Connection) => T): T {
  const isShared = () => isInUse(dataDir) && existsSync(`${path}-wal`);
  if (isShared()) {
    return opened(path, look);
  }
  try {
    const found = underAnotherName(path, look);
    return isShared() ? opened(path, look) : found;
  } catch (error) {
    if (isShared()) {
      // A server has opened the file in the meantime, and may have written to it while it was being read.
      return opened(path, look);
    }
    throw error;
  }
}

function opened<T>(path: string, look: (db: Connection) => T): T {
  const db = openConnection(path, { readonly: true });
  try {
    return look(db);
  } finally {
    db.close();
  }
}

function underAnotherName<T>(path: string, look: (db: Connection) => T): T {
  const folder = folderWith(path);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    return opened(join(folder, basename(path)), (db) => {
      // The first read opens the log and its index. After that the names can be removed, so that a command that is
      // killed leaves none behind.
      db.pragma("user_version");
      remove();
      return look(db);
    });
  } finally {
    remove();
  }
}

/**
 * A temporary folder in which the file and its log have second names. If the file system does not support hard links,
 * it contains copies.
 */
function folderWith(path: string): string {
  try {
    return filled(mkdtempSync(join(dirname(path), ".look-")), path, linkSync);
  } catch (error) {
    if (!existsSync(path)) {
      throw error;
    }
    return filled(mkdtempSync(join(tmpdir(), "swiftmail-look-")), path, copyFileSync);
  }
}

function filled(folder: string, path: string, put: (from: string, to: string) => void): string {
  try {
    put(path, join(folder, basename(path)));
    if (existsSync(`${path}-wal`)) {
      put(`${path}-wal`, join(folder, `${basename(path)}-wal`));
    }
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

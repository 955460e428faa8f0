// Files that tasks write under local/exports/. They can be downloaded for a week.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Connection } from "../../platform/db/driver.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { type FileRow, findFile, insertFile, updateFile } from "./task-files.store.ts";

/** How long a finished file can be downloaded. */
export const FILE_KEEP_MS = 7 * DAY_MS;

/** The path of a task's file. Creates the folder if needed. */
export function taskFilePath(dataDir: string, name: string): string {
  const folder = join(dataDir, "local", "exports");
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

/** Adds the file of a task that was just started, in the same transaction. */
export const addTaskFile = (db: Connection, taskId: number, name: string): void =>
  insertFile(db, taskId, name);

/** @throws Error for a task that writes no file. */
export function taskFileOf(db: Connection, taskId: number): FileRow {
  const file = findFile(db, taskId);
  if (file === undefined) {
    throw new Error(`task ${taskId} has no file`);
  }
  return file;
}

/**
 * Records the length up to which the file is complete, in the transaction of the step that wrote it.
 *
 * @param doneAt When the file was finished; omitted while there is more to write.
 */
export function recordFileSize(
  db: Connection,
  taskId: number,
  sizeBytes: number,
  doneAt: number | undefined,
): void {
  const expiresAt = doneAt === undefined ? null : doneAt + FILE_KEEP_MS;
  updateFile(db, { taskId, sizeBytes, expiresAt });
}

/**
 * Writes the content durably at a position and truncates the file after it, which removes what a crash left there.
 * Returns the file's length.
 *
 * @throws Error when the file is shorter than that: its beginning was lost, and a file with a hole must not be taken
 * for a complete one.
 */
export function writeAt(path: string, position: number, content: string | Uint8Array): number {
  const file = openSync(path, position === 0 ? "w" : "r+", 0o600);
  try {
    if (fstatSync(file).size < position) {
      throw new Error(`${path} is shorter than ${position} bytes: it was cut since it was written`);
    }
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    ftruncateSync(file, position);
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(file, bytes, written, bytes.length - written, position + written);
    }
    fsyncSync(file);
    return position + bytes.length;
  } finally {
    closeSync(file);
  }
}

/** False when the file does not have the length that was recorded when it was finished: it was cut or replaced since. */
export const isComplete = (path: string, sizeBytes: number): boolean =>
  statSync(path).size === sizeBytes;

/** Deletes the file of a task, if there is one. */
export function deleteTaskFile(db: Connection, dataDir: string, taskId: number): void {
  const file = findFile(db, taskId);
  if (file !== undefined) {
    rmSync(taskFilePath(dataDir, file.name), { force: true });
  }
}

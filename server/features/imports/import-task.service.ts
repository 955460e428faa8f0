import type { Connection } from "../../platform/db/driver.ts";
import { isDiskFull } from "../../platform/disk-full.ts";
import { storedBecause } from "../../reasons/because.ts";
import { wasErasedSince } from "../suppressions/suppressions.service.ts";
import { surroundingsOf, type TaskAtWork, type TaskKind } from "../tasks/task-kind.service.ts";
import { DamagedUpload, removeImportFiles } from "./import-files.ts";
import { ImportSession } from "./import-session.ts";
import { canUndoImport } from "./import-undo.rules.ts";
import { undoPart } from "./import-undo.ts";
import { findImport, type ImportRow } from "./imports.store.ts";

const DISK_FULL = storedBecause("import_disk_full");
const DAMAGED = storedBecause("upload_damaged");
const ERASED_MEANWHILE = storedBecause("import_erased_meanwhile");

/**
 * Reads the file of an import from the task's cursor and writes its rows. A full disk ends it as failed with its cursor
 * stored, so that it can be resumed.
 */
const importTask: TaskKind = {
  name: "import",
  unit: "bytes",
  lane: "task.run",
  permission: { see: "imports:read", change: "imports:write" },
  canCancel: true,
  canResume: true,
  // Each import is started once.
  isShared: false,
  async prepare(db, task, _now, context) {
    const { held } = context;
    if (held.session instanceof ImportSession) {
      return await held.session.next(task);
    }
    const session = new ImportSession(context, importOf(db, task), task);
    held.session = session;
    return await session.begin();
  },
  faultOf(db, task, error) {
    const isDamaged = error instanceof DamagedUpload;
    const isFinal = isDamaged || isDiskFull(error);
    // An erasure checks waiting files. This file was being imported at the time and may contain the erased person, so
    // it is deleted.
    if (wasErasedSince(db, importOf(db, task).createdAt)) {
      return { text: ERASED_MEANWHILE, state: "cancelled", isFinal };
    }
    return { text: isDamaged ? DAMAGED : isFinal ? DISK_FULL : failureMessage(error), isFinal };
  },
  // The file of a failed import is kept, because the import can be resumed.
  discard(db, task, context) {
    const { state, filePath } = importOf(db, task);
    if (state === "cancelled") {
      removeImportFiles(surroundingsOf(context).dataDir, filePath);
    }
  },
  clear: (db, task, context) =>
    removeImportFiles(surroundingsOf(context).dataDir, importOf(db, task).filePath),
  canUndo: (db, task) => canUndoImport(importOf(db, task)),
  undo: (db, task) => undoPart(db, importOf(db, task)),
};

/** The kind of task with this name. */
export const importTasks = { import: importTask };

function importOf(db: Connection, { payload }: TaskAtWork): ImportRow {
  const { importId } = payload as { importId: number };
  const row = findImport(db, importId);
  if (row === undefined) {
    throw new Error(`there is no import ${importId}`);
  }
  return row;
}

function failureMessage(error: unknown): string {
  return error instanceof Error && "code" in error && error.code === "ENOENT"
    ? storedBecause("upload_gone")
    : storedBecause("import_failed");
}

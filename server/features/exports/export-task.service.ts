import { csvLine } from "../../platform/csv.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { storedBecause } from "../../reasons/because.ts";
import {
  deleteTaskFile,
  recordFileSize,
  taskFileOf,
  taskFilePath,
  writeAt,
} from "../tasks/task-files.service.ts";
import { surroundingsOf, type TaskKind } from "../tasks/task-kind.service.ts";
import { restartTasks } from "../tasks/tasks.service.ts";
import { type ExportSettings, exportSource } from "./export-sources.ts";

const BATCH = 500;
/** The beginning of the cursor of an export that starts again. No other cursor contains a colon. */
export const AGAIN = "again:";

/**
 * Writes rows to a CSV file, 500 at a time. The file's length is stored with the position; after a crash, the next run
 * truncates the file to that length and continues there. Uses the memory of one batch.
 */
const exportTask: TaskKind = {
  name: "export",
  unit: "rows",
  lane: "task.run",
  permission: { see: "contacts:export", change: "contacts:export" },
  canCancel: true,
  // Contacts may have changed since an earlier request, so each gets a file of its own.
  isShared: false,
  faultOf: () => ({ text: storedBecause("export_unwritable") }),
  prepare(db, task, now, context) {
    const settings = task.payload as ExportSettings;
    const source = exportSource(db, settings);
    const file = taskFileOf(db, task.id);
    const isStart = task.cursor === null || task.cursor.startsWith(AGAIN);
    const page = source.page(db, isStart ? undefined : (task.cursor ?? undefined), BATCH, now);
    const head = isStart ? (settings.byteOrderMark ? "\ufeff" : "") + csvLine(source.header) : "";
    const path = taskFilePath(surroundingsOf(context).dataDir, file.name);
    const text = head + page.lines.map(csvLine).join("");
    const sizeBytes = writeAt(path, isStart ? 0 : file.sizeBytes, text);
    return () => {
      recordFileSize(db, task.id, sizeBytes, page.next === undefined ? now : undefined);
      return { done: page.lines.length, cursor: page.next };
    };
  },
  discard: (db, task, context) => deleteTaskFile(db, surroundingsOf(context).dataDir, task.id),
};

/**
 * Makes all unfinished exports start again, in the caller's transaction, because they may already have written a person
 * who was erased.
 */
export const restartExports = (db: Connection, erasureId: number, now: number): void =>
  restartTasks(db, "export", `${AGAIN}${erasureId}`, now);

/** The kind of task with this name. */
export const exportTasks = { export: exportTask };

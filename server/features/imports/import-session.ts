import { statSync } from "node:fs";
import type { Prepared, Session, StepContext, TaskAtWork } from "../tasks/task-kind.service.ts";
import { surroundingsOf } from "../tasks/task-kind.service.ts";
import { CsvReader } from "./csv-reader.ts";
import {
  asUtf8,
  DamagedUpload,
  giveReserve,
  keepUpload,
  removeCopies,
  takeReserve,
  verifyUpload,
} from "./import-files.ts";
import { readerOf } from "./import-row-reader.ts";
import { type ImportSettings, parseSettings, type StartedSettings } from "./import-settings.ts";
import { readWindow } from "./import-window.ts";
import { type Window, writeRows } from "./import-writer.ts";
import type { WriteOptions } from "./import-writing.ts";
import { beginRun, type ImportRow, tuneForImport } from "./imports.store.ts";
import type { ReadRow } from "./row-reader.ts";

/** How long a transaction may hold the workspace's write lock. */
const HOLD_MS = 6;
const FIRST_ROWS = 100;
const MAX_ROWS = 1_000;

/** The cursor: where the current window starts in the file, and how many of its rows, in sorted order, are written. */
type Place = { bytes: number; done: number };

/** The open file of an import, its window of rows, and the size of the next transaction. They last for one run. */
export class ImportSession implements Session {
  private readonly context: StepContext;
  private readonly row: ImportRow;
  private readonly settings: ImportSettings;
  private readonly options: WriteOptions;
  private file: { reader: CsvReader; readRow: (cells: readonly string[]) => ReadRow } | undefined;
  private path = "";
  private sizeBytes = 0;
  private place: Place;
  private window: Window | undefined;
  /** The number of the last row before the window. */
  private rowNo: number;
  private rows = FIRST_ROWS;

  /** @throws Error for an import that was not started. */
  constructor(context: StepContext, row: ImportRow, task: TaskAtWork) {
    this.context = context;
    this.row = row;
    this.settings = parseSettings(row.settings);
    this.options = optionsOf(row, startedOf(this.settings), task.createdBy);
    this.place = placeOf(task.cursor);
    this.rowNo = row.rowsRead - this.place.done;
  }

  /** Opens the file at the task's cursor. The step it returns only notes that the run begins. */
  async begin(): Promise<Prepared> {
    const { settings, row, context } = this;
    const { dataDir } = surroundingsOf(context);
    const { delimiter, newline, columns, encoding, isUtf8, hasHeader } = settings;
    await verifyUpload(dataDir, row);
    if (this.place.bytes === 0) {
      removeCopies(dataDir, row.filePath);
    }
    const path = await asUtf8(dataDir, row.filePath, encoding, isUtf8);
    tuneForImport(context.open());
    this.path = path;
    this.sizeBytes = statSync(path).size;
    const isKnown = this.place.bytes > 0 && row.sha256 !== null;
    if (isKnown && this.sizeBytes !== row.sizeBytes) {
      throw new DamagedUpload();
    }
    takeReserve(dataDir, row.filePath);
    keepUpload(dataDir, row.filePath, context.clock());
    const readRow = readerOf(context.open(), settings, startedOf(settings));
    const reader = new CsvReader(path, { delimiter, newline, columns }, this.place.bytes);
    this.file = { reader, readRow };
    if (this.place.bytes === 0) {
      reader.skipHead(hasHeader);
    }
    return () => {
      beginRun(context.open(), row.id, context.clock());
      return { done: 0, total: this.sizeBytes, cursor: JSON.stringify(this.place) };
    };
  }

  /**
   * Reads the next window if needed and returns the step that writes some of its rows.
   *
   * @throws Error when another run has taken over the import.
   */
  async next(task: TaskAtWork): Promise<Prepared> {
    if (task.cursor !== JSON.stringify(this.place)) {
      throw new Error("another run has taken over this import");
    }
    if (this.window === undefined) {
      this.window = await this.readWindow();
    } else {
      this.rows = nextBatch(this.rows, this.context.held.lastStepMs);
    }
    const { window } = this;
    if (window.items.length === 0) {
      this.requireWhole();
    }
    const from = this.place.done;
    const to = Math.min(from + this.rows, window.items.length);
    return window.items.length === 0
      ? () => ({ done: this.sizeBytes - task.doneCount, changed: 0, cursor: undefined })
      : () => this.write(window, from, to, task.doneCount);
  }

  /** @throws DamagedUpload when the file has become shorter since the run began. */
  private requireWhole(): void {
    const now = statSync(this.path, { throwIfNoEntry: false });
    // A file that was removed can still be read to its end, because it is open.
    if (now !== undefined && now.size !== this.sizeBytes) {
      throw new DamagedUpload();
    }
  }

  private write(window: Window, from: number, to: number, doneCount: number) {
    const { context, options } = this;
    const counts = writeRows(context.open(), { window, from, to }, options, context.clock());
    const { startBytes, endBytes, items } = window;
    if (to === items.length) {
      this.window = undefined;
      this.rowNo += items.length;
      this.place = { bytes: endBytes, done: 0 };
    } else {
      this.place = { bytes: startBytes, done: to };
    }
    const share = (endBytes - startBytes) * (to / items.length);
    return {
      done: Math.round(startBytes + share) - doneCount,
      changed: counts.created + counts.updated,
      cursor: JSON.stringify(this.place),
    };
  }

  private async readWindow(): Promise<Window> {
    if (this.file === undefined) {
      throw new Error("the session of this import has not begun");
    }
    return await readWindow(this.file.reader, this.rowNo, this.file.readRow);
  }

  /** Closes the file, releases the reserved disk space, and keeps the upload for another week. */
  release(): void {
    const { dataDir } = surroundingsOf(this.context);
    this.file?.reader.close();
    giveReserve(dataDir, this.row.filePath);
    keepUpload(dataDir, this.row.filePath, this.context.clock());
  }
}

const placeOf = (cursor: string | null): Place =>
  cursor === null ? { bytes: 0, done: 0 } : (JSON.parse(cursor) as Place);

function startedOf({ started }: ImportSettings): StartedSettings {
  if (started === undefined) {
    throw new Error("this import has no settings from its start");
  }
  return started;
}

function optionsOf(row: ImportRow, started: StartedSettings, actor: string): WriteOptions {
  const { consentHash, into, wholeFile } = started;
  return {
    importId: row.id,
    update: started.onDuplicate === "update",
    listIds: started.listIds,
    consent: consentHash === undefined ? undefined : { actor, hash: consentHash },
    suppressAs: into === "suppressions" ? (wholeFile ?? "manual") : undefined,
    holdsNew: holdsNew(started),
    actor,
    uploadedAt: row.createdAt,
    tagIds: started.tagIds ?? [],
  };
}

/** True when nobody stated that the people agreed, although the file as a whole does not refuse mail. */
const holdsNew = ({ into, wholeFile, agreed }: StartedSettings) =>
  into !== "suppressions" && wholeFile === undefined && agreed !== true;

/** Chooses a batch size so that a transaction takes about as long as is allowed. */
function nextBatch(rows: number, tookMs: number): number {
  const fitting = Math.round((rows * HOLD_MS) / Math.max(tookMs, 0.1));
  return Math.max(20, Math.min(MAX_ROWS, fitting, rows * 2));
}

import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import { log } from "../../platform/log.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import { CsvReader } from "./csv-reader.ts";
import { isBlankRow } from "./csv-rows.rules.ts";
import { isForgotten } from "./import-age.rules.ts";
import { type CheckedColumn, type OtherColumn, StatusTally } from "./import-check.rules.ts";
import { asUtf8, verifyUpload } from "./import-files.ts";
import { columnNames, type ImportSettings, parseSettings } from "./import-settings.ts";
import { findImport, type ImportRow, replaceCheck, saveCheck } from "./imports.store.ts";
import { withoutSay } from "./own-file.ts";
import { statusColumns } from "./row-status.rules.ts";
import { type Meaning, reasonOf } from "./status-words.rules.ts";
import {
  headingsOfAll,
  refusalOfFile,
  refusalOfNames,
  refusingColumns,
} from "./whole-file.rules.ts";

/** The kind of job that checks an upload for who may be mailed. Payload: `{ importId }`. */
export const IMPORT_CHECK_JOB = "import.check";

/** How long this job may occupy its thread before other jobs get their turn. */
const TURN_MS = 8;
const ROWS_BETWEEN_LOOKS = 200;
const MAX_ATTEMPTS = 3;

/** How the check of an import is queued. */
export function checkJobOptions(workspaceId: string, importId: number) {
  return { uniqueKey: `import.check:${workspaceId}:${importId}`, maxAttempts: MAX_ATTEMPTS };
}

type Mapping = { column: number; target: string }[];

/** A stored check. `key` identifies the settings and columns it is about. */
type StoredCheck = {
  key: string;
  mapping: Mapping;
  state: "running" | "done" | "failed";
  rows: number;
  columns: CheckedColumn[];
  /** Rows for which a status column decides. */
  decided?: number;
  /** Columns with few values that do not count. */
  otherColumns?: OtherColumn[];
  /** Headings among the rows that say no. */
  sections?: string[];
};

/** What reading the whole file finds. */
type Found = Pick<StoredCheck, "rows" | "columns" | "decided" | "otherColumns" | "sections">;

/**
 * What a file that has not been started says about who may be mailed: every value of every relevant column, with its
 * number of rows and its meaning. The first call starts a job that reads the whole file; later calls return its result.
 *
 * @param mapping The mapping for the start of the import: a column mapped to the status counts, whatever its name.
 * @throws AppError `not_found`, or `illegal_state` once the import was started.
 */
export function checkImport(
  { db, jobs, workspaceId }: { db: Connection; jobs: JobQueue; workspaceId: string },
  id: number,
  { mapping, retry = false }: { mapping: Mapping; retry?: boolean | undefined },
  now: number,
) {
  const row = waiting(findImport(db, id), now);
  const settings = parseSettings(row.settings);
  const key = keyOf(settings, mapping);
  const known = parseCheck(row.statusCheck);
  if (known !== undefined && known.key === key && !(retry && known.state === "failed")) {
    return shown(row, settings, { ...known, mapping });
  }
  const asked: StoredCheck = { key, mapping, state: "running", rows: 0, columns: [] };
  inTransaction(db, () => {
    saveCheck(db, id, JSON.stringify(asked));
    const options = checkJobOptions(workspaceId, id);
    // A pending job with other settings would prevent the new one from being queued.
    jobs.cancel(options.uniqueKey);
    // The job is in another database and is committed just before the row. If the row is missing, the job does nothing.
    jobs.enqueue(IMPORT_CHECK_JOB, workspaceId, { importId: id }, options);
  });
  return shown(row, settings, asked);
}

/** The job. Safe to repeat; does nothing when the check is no longer wanted. */
export async function runImportCheck(
  context: { open: () => Connection; dataDir: string; signal: AbortSignal; isLastTry: boolean },
  id: number,
): Promise<void> {
  const row = findImport(context.open(), id);
  const asked = parseCheck(row?.statusCheck ?? null);
  if (row?.state !== "uploaded" || row.statusCheck === null || asked?.state !== "running") {
    return;
  }
  const end = (check: StoredCheck) =>
    replaceCheck(context.open(), id, row.statusCheck ?? "", JSON.stringify(check));
  try {
    end({ ...asked, state: "done", ...(await lookThrough(context, row, asked.mapping)) });
  } catch (error) {
    if (context.signal.aborted || !context.isLastTry) {
      throw error;
    }
    log.error({ err: error, importId: id }, "check of an import failed");
    end({ ...asked, state: "failed" });
  }
}

/** Counts what all rows of an upload say, and lets other work run in between. */
async function lookThrough(
  { dataDir, signal }: { dataDir: string; signal: AbortSignal },
  row: ImportRow,
  mapping: Mapping,
): Promise<Found> {
  const settings = parseSettings(row.settings);
  const { delimiter, newline, columns, encoding, isUtf8, hasHeader } = settings;
  await verifyUpload(dataDir, row);
  const path = await asUtf8(dataDir, row.filePath, encoding, isUtf8);
  const tally = new StatusTally(mapping, columnNames(settings), withoutSay(settings.header, []));
  const reader = new CsvReader(path, { delimiter, newline, columns }, 0);
  try {
    reader.skipHead(hasHeader);
    let turn = performance.now();
    for (let csv = reader.next(); csv !== undefined; csv = reader.next()) {
      if (!isBlankRow(csv.cells)) {
        tally.add(csv.cells);
      }
      if (tally.rows % ROWS_BETWEEN_LOOKS === 0 && performance.now() - turn > TURN_MS) {
        await Bun.sleep(1);
        signal.throwIfAborted();
        turn = performance.now();
      }
    }
    return {
      rows: tally.rows,
      columns: tally.result(),
      decided: tally.decided,
      otherColumns: tally.others(),
      sections: tally.sections,
    };
  } finally {
    reader.close();
  }
}

/**
 * Checks a file now and stores the result.
 *
 * @throws the errors of reading the file.
 */
export async function checkNow(
  context: { open: () => Connection; dataDir: string; signal: AbortSignal },
  row: ImportRow,
  mapping: Mapping,
): Promise<void> {
  const found = await lookThrough(context, row, mapping);
  const key = keyOf(parseSettings(row.settings), mapping);
  const check: StoredCheck = { key, mapping, state: "done", ...found };
  saveCheck(context.open(), row.id, JSON.stringify(check));
}

/** A finished check of exactly this mapping; undefined without one. */
function finishedCheck(row: ImportRow, mapping: Mapping): StoredCheck | undefined {
  const check = parseCheck(row.statusCheck);
  const isOfThis = check?.key === keyOf(parseSettings(row.settings), mapping);
  return isOfThis && check?.state === "done" ? check : undefined;
}

/** The columns that a finished check of exactly this mapping found; undefined without one. */
export const checkedColumns = (row: ImportRow, mapping: Mapping): CheckedColumn[] | undefined =>
  finishedCheck(row, mapping)?.columns;

/** The headings about everybody in the file, and those of sections among the rows as far as the file was checked. */
export const headingsOf = (row: ImportRow, mapping: Mapping): string[] => [
  ...headingsOfAll(parseSettings(row.settings), mapping),
  ...(finishedCheck(row, mapping)?.sections ?? []),
];

const isDecided = ({ state, rows, decided = 0 }: StoredCheck) =>
  state === "done" && rows > 0 && decided === rows;

/**
 * True when a finished check of exactly this mapping found that the file's columns decide every row. A column about
 * something else decides nothing.
 */
export function decidesEveryRow(
  row: ImportRow,
  mapping: Mapping,
  ignoredColumns: readonly number[],
): boolean {
  const check = finishedCheck(row, mapping);
  return (
    check !== undefined &&
    isDecided(check) &&
    !check.columns.some(
      ({ column, speaks }) => speaks === "name" && ignoredColumns.includes(column),
    )
  );
}

/** @throws AppError `not_found`, `illegal_state` */
function waiting(row: ImportRow | undefined, now: number): ImportRow {
  if (row === undefined) {
    throw notFound("import");
  }
  if (isForgotten(row, now)) {
    throw new AppError("illegal_state", because("import_forgotten"));
  }
  if (row.state !== "uploaded") {
    throw new AppError("illegal_state", because("import_started"));
  }
  return row;
}

function keyOf(settings: ImportSettings, mapping: Mapping): string {
  const { encoding, delimiter, newline, hasHeader } = settings;
  const roles = statusColumns(mapping, columnNames(settings), []).map(({ column, role }) => [
    column,
    role,
  ]);
  return JSON.stringify([encoding, delimiter, newline, hasHeader, roles]);
}

const parseCheck = (json: string | null): StoredCheck | undefined =>
  json === null ? undefined : (JSON.parse(json) as StoredCheck);

function shown(row: ImportRow, settings: ImportSettings, check: StoredCheck) {
  const { header } = settings;
  const { state, rows, columns, otherColumns = [], sections = [] } = check;
  const headings = [...headingsOfAll(settings, check.mapping), ...sections];
  const reason = (byFile: Meaning | undefined) =>
    byFile === undefined ? null : (reasonOf(byFile) ?? null);
  const wholeFile = reason(refusalOfFile(row.fileName, headings, header, isDecided(check)));
  return {
    state,
    rows,
    columns,
    otherColumns,
    wholeFile,
    nameSays: reason(refusalOfNames(row.fileName, headings)),
    refusingColumns: refusingColumns(header),
    headings,
  };
}

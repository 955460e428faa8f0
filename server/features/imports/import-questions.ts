import { existsSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, faultyField } from "../../platform/errors.ts";
import type { CheckedColumn } from "./import-check.rules.ts";
import { checkedColumns, checkNow, decidesEveryRow, headingsOf } from "./import-check.service.ts";
import { DamagedUpload, importPath } from "./import-files.ts";
import { type ImportSettings, parseSettings } from "./import-settings.ts";
import { findImport, type ImportRow } from "./imports.store.ts";
import type { StatusDecision } from "./row-status.rules.ts";
import { plainAnswer } from "./status-values.rules.ts";
import type { Reason } from "./status-words.rules.ts";
import { reasonOf } from "./status-words.rules.ts";
import { refusalOfFile } from "./whole-file.rules.ts";

/** Larger files are checked in a job instead of during the request. */
const MAX_BYTES_AT_START = 16 * 1024 * 1024;

type Input = {
  mapping: { column: number; target: string }[];
  into?: "contacts" | "suppressions" | undefined;
  wholeFile?: Reason | undefined;
  wholeFileIgnored?: boolean | undefined;
  statusDecisions?: StatusDecision[] | undefined;
  ignoredColumns?: number[] | undefined;
};

/**
 * The reason why nobody in the file may be mailed, for rows without a reason of their own; undefined when there is
 * none.
 */
export function wholeFileOf(
  row: ImportRow,
  settings: ImportSettings,
  input: Input,
): Reason | undefined {
  const { mapping, ignoredColumns = [], wholeFileIgnored = false } = input;
  const isDecided = decidesEveryRow(row, mapping, ignoredColumns);
  const byFile = refusalOfFile(row.fileName, headingsOf(row, mapping), settings.header, isDecided);
  const ofFile = byFile === undefined || wholeFileIgnored ? undefined : reasonOf(byFile);
  return input.wholeFile ?? ofFile;
}

/**
 * Allows an import to start only when its whole file was checked and every yes/no column that may be about mail has
 * been decided. A file that was not checked yet is checked now, so that a client that starts at once cannot leave a
 * refusal unread.
 *
 * @throws AppError `invalid_input` naming the columns and the possible answers; `illegal_state` for a large file that
 * was not checked.
 */
export async function requireAnswers(
  context: { open: () => Connection; dataDir: string; signal: AbortSignal },
  id: number,
  input: Input,
): Promise<void> {
  const row = findImport(context.open(), id);
  if (row?.state !== "uploaded" || input.into === "suppressions") {
    return;
  }
  const isRefused = (one: ImportRow) =>
    wholeFileOf(one, parseSettings(one.settings), input) !== undefined;
  if (isRefused(row)) {
    return;
  }
  if (!existsSync(importPath(context.dataDir, row.filePath))) {
    throw new DamagedUpload();
  }
  const checked = await withCheck(context, row, input);
  if (checked === undefined || isRefused(checked)) {
    return;
  }
  const open = (checkedColumns(checked, input.mapping) ?? []).filter((one) => isOpen(one, input));
  if (open.length > 0) {
    throw unanswered(open);
  }
}

/** The import with its finished check. */
async function withCheck(
  context: Parameters<typeof requireAnswers>[0],
  row: ImportRow,
  { mapping }: Input,
): Promise<ImportRow | undefined> {
  if (checkedColumns(row, mapping) !== undefined) {
    return row;
  }
  if (row.sizeBytes > MAX_BYTES_AT_START) {
    throw new AppError("illegal_state", because("import_unchecked"));
  }
  await checkNow(context, row, mapping);
  return findImport(context.open(), row.id);
}

function isOpen(
  { column, speaks }: CheckedColumn,
  { statusDecisions = [], ignoredColumns = [] }: Input,
): boolean {
  const isDecided = statusDecisions.some(
    (one) => one.column === column && one.value !== null && plainAnswer(one.value) !== undefined,
  );
  return speaks === "answers" && !isDecided && !ignoredColumns.includes(column);
}

function unanswered(open: readonly CheckedColumn[]): AppError {
  const fields = open.map(({ column, name, values }) => {
    const words = values.flatMap(({ value, answer }) => (answer === undefined ? [] : value));
    const said = { column, name, values: words.slice(0, 6).join(", "), first: words[0] ?? "" };
    return faultyField(`statusDecisions.${column}`, because("column_unanswered", said));
  });
  const names = open.slice(0, 5).map(({ column, name }) => `${column} “${name}”`);
  const why = because("columns_unanswered", { columns: names.join(", ") });
  return new AppError("invalid_input", why, { fields });
}

import { csvLine } from "../../platform/csv.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { spokenError } from "../../reasons/because.ts";
import { keepWording } from "../consent/consent.service.ts";
import {
  createField,
  type FieldType,
  fieldKeyFrom,
  listFields,
} from "../contacts/contact-fields.service.ts";
import { readFieldHeader } from "../contacts/contact-file.service.ts";
import { requireLists } from "../lists/lists.service.ts";
import { requireTags } from "../tags/tags.service.ts";
import {
  cancelTask,
  resumeTask,
  startTask,
  type TaskContext,
  undoTask,
} from "../tasks/tasks.service.ts";
import { FORGOTTEN, isForgotten } from "./import-age.rules.ts";
import { removeImportFiles } from "./import-files.ts";
import { wholeFileOf } from "./import-questions.ts";
import { type ImportSettings, parseSettings } from "./import-settings.ts";
import { importTasks } from "./import-task.service.ts";
import { canUndoImport } from "./import-undo.rules.ts";
import {
  attachTask,
  discardUpload,
  findImport,
  type ImportRow,
  importsBefore,
  rejectsAfter,
} from "./imports.store.ts";
import { isContactsFile, OWN_COLUMNS } from "./own-file.ts";
import type { ColumnMapping } from "./row-reader.ts";
import { loosens, type StatusDecision } from "./row-status.rules.ts";
import type { Reason } from "./status-words.rules.ts";

/** For the job that deletes abandoned uploads. */
export { IMPORT_KEEP_MS } from "./import-age.rules.ts";

const REJECTS_AT_ONCE = 500;

/** A column as the person maps it. */
export type MappingInput = {
  column: number;
  target:
    | "email"
    | "firstName"
    | "lastName"
    | "fullName"
    | "language"
    | "timeZone"
    | "country"
    | "city"
    | "status"
    | "tags"
    | "attributes"
    | "consentTime"
    | "consentIp"
    | "own"
    | "field"
    | "newField"
    | "skip";
  key?: string | undefined;
  label?: string | undefined;
  type?: FieldType | undefined;
};

/** What the person who starts an import decided. */
type StartInput = {
  mapping: MappingInput[];
  onDuplicate: "update" | "skip";
  listIds?: number[] | undefined;
  agreed?: boolean | undefined;
  consentStatement?: string | undefined;
  into?: "contacts" | "suppressions" | undefined;
  wholeFile?: Reason | undefined;
  wholeFileIgnored?: boolean | undefined;
  statusDecisions?: StatusDecision[] | undefined;
  ignoredColumns?: number[] | undefined;
  tags?: string[] | undefined;
};

/**
 * Starts an import: creates the fields that the mapping needs and the task that runs it.
 *
 * @throws AppError `invalid_input` naming the faults, `illegal_state` when it was already started.
 */
export function startImport(context: TaskContext, id: number, input: StartInput) {
  const { db, now } = context;
  const row = rowOf(db, id);
  if (row.state !== "uploaded") {
    throw new AppError("illegal_state", because("import_started"));
  }
  requireFile(row, now);
  const listIds = input.listIds ?? [];
  requireLists(db, listIds, "listIds");
  const settings = parseSettings(row.settings);
  checkMapping(db, input.mapping, settings.columns);
  const status = statusSettings(row, settings, input);
  const agreed = statedAgreement(input, status.wholeFile);
  inTransaction(db, () => {
    const mapping = input.mapping.flatMap((one) => resolveMapping(db, one, settings, now));
    const statement = input.consentStatement?.trim() ?? "";
    const consentHash = statement === "" ? undefined : keepWording(db, statement, now);
    const tagIds = requireTags(db, input.tags ?? [], now).map((tag) => tag.id);
    const { onDuplicate, into } = input;
    const started = { mapping, onDuplicate, listIds, agreed, consentHash, into, tagIds, ...status };
    const work = { payload: { importId: id }, total: row.sizeBytes };
    const taskId = startTask(context, importTasks.import, work).id;
    if (!attachTask(db, { id, settings: JSON.stringify({ ...settings, started }), taskId })) {
      throw new AppError("illegal_state", because("import_started"));
    }
  });
  return getImport(db, id, now);
}

/**
 * Resumes a failed import where it stopped.
 * @throws AppError `illegal_state` when it has not failed, or failed too long ago.
 */
export function resumeImport(context: TaskContext, id: number) {
  const { db, now } = context;
  const row = rowOf(db, id);
  requireFile(row, now);
  if (row.taskId === null || row.state !== "failed") {
    throw new AppError("illegal_state", because("import_not_failed"));
  }
  resumeTask(context, importTasks, row.taskId);
  return getImport(db, id, now);
}

/** Stops an import; rows already written stay. @throws AppError `illegal_state` when it has ended. */
export function cancelImport(context: TaskContext, dataDir: string, id: number) {
  const { db, now } = context;
  const { taskId, state, filePath } = rowOf(db, id);
  if (state === "done" || state === "cancelled") {
    throw new AppError("illegal_state", because("import_ended"));
  }
  if (taskId !== null) {
    cancelTask(context, importTasks, taskId);
  } else if (!discardUpload(db, { id, reason: null, now })) {
    throw new AppError("illegal_state", because("import_ended"));
  }
  removeImportFiles(dataDir, filePath);
  return getImport(db, id, now);
}

/** Queues undoing an import. @throws AppError `not_found`, `illegal_state` when there is nothing to undo. */
export function undoImport(context: TaskContext, id: number) {
  const row = rowOf(context.db, id);
  if (row.taskId === null || !canUndoImport(row)) {
    throw new AppError("illegal_state", because("import_not_undoable"));
  }
  undoTask(context, importTasks, row.taskId);
  return getImport(context.db, id, context.now);
}

/** An import with its progress. @throws AppError `not_found` */
export function getImport(db: Connection, id: number, now: number) {
  return toImport(rowOf(db, id), now);
}

/** A page of imports, newest first. */
export function listImports(
  db: Connection,
  query: { cursor?: string | undefined; limit?: number | undefined },
  now: number,
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const page = cutPage(importsBefore(db, before, limit + 1), limit, (row) => [row.id]);
  return { items: page.items.map((row) => toImport(row, now)), nextCursor: page.nextCursor };
}

/**
 * The rejected rows with their number and reason as a CSV file, produced 500 at a time as the client reads.
 * @throws AppError `not_found`
 */
export function rejectsCsv(open: () => Connection, id: number): ReadableStream<Uint8Array> {
  const { header } = parseSettings(rowOf(open(), id).settings);
  let after = -1;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from(`\ufeff${csvLine(["row", "reason", ...header])}`));
    },
    pull(controller) {
      const rows = rejectsAfter(open(), id, after, REJECTS_AT_ONCE);
      const text = rows
        .map(({ rowNo, reason, raw }) =>
          csvLine([String(rowNo), reason, ...(JSON.parse(raw) as string[])]),
        )
        .join("");
      if (text !== "") {
        controller.enqueue(Buffer.from(text));
      }
      after = rows.at(-1)?.rowNo ?? after;
      if (rows.length < REJECTS_AT_ONCE) {
        controller.close();
      }
    },
  });
}

/** @throws AppError `not_found` */
function rowOf(db: Connection, id: number): ImportRow {
  const row = findImport(db, id);
  if (row === undefined) {
    throw notFound("import");
  }
  return row;
}

/** @throws AppError `illegal_state` when the file has expired. */
function requireFile(row: ImportRow, now: number): void {
  if (isForgotten(row, now)) {
    throw new AppError("illegal_state", because("import_forgotten"));
  }
}

/** Targets that several columns may have. Among several statuses the strictest counts. */
const REPEATABLE: ReadonlySet<string> = new Set(["skip", "newField", "status"]);

function checkMapping(db: Connection, mapping: MappingInput[], columns: number): void {
  const known = new Set(listFields(db).map((field) => field.key));
  const used = new Set<string>();
  mapping.forEach((one, index) => {
    const at = `mapping.${index}`;
    if (one.column >= columns) {
      throw invalidField(`${at}.column`, because("column_beyond_file", { columns }));
    }
    checkKey(one, known, at);
    const hasKey = one.target === "field" || one.target === "own";
    const name = hasKey ? `${one.target}:${one.key}` : one.target;
    if (!REPEATABLE.has(name) && used.has(name)) {
      throw invalidField(`${at}.target`, because("column_target_twice"));
    }
    used.add(name);
  });
  if (!used.has("email")) {
    throw invalidField("mapping", because("column_for_email_missing"));
  }
}

function checkKey({ target, key = "", label }: MappingInput, known: Set<string>, at: string) {
  if (target === "field" && !known.has(key)) {
    throw invalidField(`${at}.key`, because("not_a_field"));
  }
  if (target === "newField" && (label ?? key).trim() === "") {
    throw invalidField(`${at}.label`, because("column_label_missing"));
  }
  if (target === "own" && !OWN_COLUMNS.some((name) => name === key)) {
    throw invalidField(`${at}.key`, because("column_not_of_export"));
  }
}

/**
 * Whether the person states that these people agreed. Only the person can know what the file does not say about
 * consent, so a file is refused without an answer.
 *
 * @returns undefined when the file makes nobody mailable anyway.
 * @throws AppError `invalid_input` without an answer.
 */
function statedAgreement(
  { into, agreed }: Pick<StartInput, "into" | "agreed">,
  wholeFile: Reason | undefined,
): boolean | undefined {
  if (into === "suppressions" || wholeFile !== undefined) {
    return undefined;
  }
  if (agreed === undefined) {
    throw invalidField("agreed", because("agreement_missing"));
  }
  return agreed;
}

/**
 * The settings that decide who in the file may be mailed. Without decisions, everyone whose status is in doubt is not
 * mailed.
 */
function statusSettings(
  row: ImportRow,
  settings: ImportSettings,
  input: Pick<
    StartInput,
    "mapping" | "wholeFile" | "wholeFileIgnored" | "statusDecisions" | "ignoredColumns"
  >,
) {
  const { header, columns } = settings;
  const { statusDecisions = [], ignoredColumns = [] } = input;
  statusDecisions.forEach(({ column, value, meaning }, index) => {
    // An index equal to the number of columns means the cells beyond the last column.
    if (column > columns) {
      throw invalidField(
        `statusDecisions.${index}.column`,
        because("column_beyond_file", { columns }),
      );
    }
    if (value !== null && loosens(header[column] ?? "", value, meaning)) {
      throw invalidField(`statusDecisions.${index}.meaning`, because("value_refuses"));
    }
  });
  return { wholeFile: wholeFileOf(row, settings, input), statusDecisions, ignoredColumns };
}

function resolveMapping(
  db: Connection,
  one: MappingInput,
  settings: ImportSettings,
  now: number,
): ColumnMapping[] {
  const { column, target } = one;
  if (target === "skip") {
    return [];
  }
  if (target === "field" || target === "own") {
    return [{ column, target, key: one.key ?? "" }];
  }
  if (target === "attributes") {
    createAttributeFields(db, settings, now);
  }
  if (target !== "newField") {
    return [{ column, target }];
  }
  const own = isContactsFile(settings.header)
    ? readFieldHeader(settings.header[column] ?? "")
    : undefined;
  const label = one.label ?? own?.key ?? settings.header[column] ?? "";
  const wanted = one.type ?? own?.type ?? "text";
  // All choices are known only after the whole file is read.
  const type = wanted === "choice" || wanted === "multi_choice" ? "text" : wanted;
  const field = createField(db, { key: one.key, label, type }, now);
  return [{ column, target: "field", key: field.key }];
}

/** Creates fields for JSON keys in the first rows that the workspace does not have yet. */
function createAttributeFields(db: Connection, settings: ImportSettings, now: number): void {
  const known = new Set(listFields(db).map((field) => field.key));
  for (const { label, type } of settings.attributes ?? []) {
    const key = fieldKeyFrom(label);
    if (!known.has(key)) {
      createField(db, { key, label: label.slice(0, 100), type }, now);
      known.add(key);
    }
  }
}

function toImport(row: ImportRow, now: number) {
  const { settings: json, filePath: _, afterContact: __, undoPosition: ___, ...rest } = row;
  const { statusCheck: ____, ...shown } = rest;
  const { encoding, delimiter, hasHeader, header, started } = parseSettings(json);
  const forgotten = isForgotten(row, now)
    ? { state: "cancelled" as const, error: FORGOTTEN }
    : undefined;
  return {
    ...spokenError({ ...shown, ...forgotten }),
    encoding,
    delimiter,
    hasHeader,
    header,
    onDuplicate: started?.onDuplicate ?? null,
    listIds: started?.listIds ?? [],
    into: started?.into ?? ("contacts" as const),
    agreed: started?.agreed ?? null,
    canUndo: canUndoImport(row),
    ...pace(row, now),
  };
}

/** Rows per second since the run began, and the estimated time left. */
function pace(row: ImportRow, now: number) {
  const seconds = (now - (row.runStartedAt ?? now)) / 1_000;
  const rows = row.rowsRead - row.runStartRows;
  if (row.state !== "running" || seconds < 0.5 || rows === 0 || row.progressBytes === 0) {
    return { rowsPerSecond: null, secondsLeft: null };
  }
  const rowsPerSecond = rows / seconds;
  const rowsLeft = ((row.sizeBytes - row.progressBytes) * row.rowsRead) / row.progressBytes;
  return {
    rowsPerSecond: Math.round(rowsPerSecond),
    secondsLeft: Math.ceil(Math.max(0, rowsLeft) / rowsPerSecond),
  };
}

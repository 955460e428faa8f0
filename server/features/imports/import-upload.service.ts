import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, notFound } from "../../platform/errors.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import { isAddressCell } from "./address-cell.ts";
import { guessColumns, isAttributeColumn, looksLikeHeader } from "./column-guess.rules.ts";
import {
  DamagedUpload,
  importPath,
  MAX_FILE_BYTES,
  newFileName,
  removeImportFiles,
  writeUpload,
} from "./import-files.ts";
import { type ImportSettings, parseSettings } from "./import-settings.ts";
import { findImport, type ImportRow, insertImport, saveSettings } from "./imports.store.ts";
import { guessOwnFile, isContactsFile } from "./own-file.ts";
import { attributeFields, recognisePreset } from "./presets.rules.ts";
import {
  ByteSniffer,
  type Delimiter,
  decodeHead,
  type Encoding,
  guessEncoding,
  guessShape,
  HEAD_BYTES,
  notCsv,
  sampleRows,
} from "./sniff.rules.ts";
import { refusingHeadings } from "./whole-file.rules.ts";

/**
 * The largest body that the HTTP server accepts. It is larger than the largest file, so that a file over the limit
 * reaches our own check, which says what is wrong.
 */
export const MAX_UPLOAD_BYTES = MAX_FILE_BYTES + 1024 * 1024;

const PREVIEW_ROWS = 20;
const SAMPLE_ROWS = 100;

/** How the person wants the file to be read. Omitted properties are guessed. */
export type ReadingChoice = {
  encoding?: Encoding | undefined;
  delimiter?: Delimiter | undefined;
  hasHeader?: boolean | undefined;
};

/**
 * Writes an upload to a file chunk by chunk and detects its format.
 *
 * @throws AppError `unsupported_media` for a file that is not CSV, `too_large`, `unavailable` on a full disk. Nothing
 * is kept in these cases.
 */
export async function uploadImport(
  open: () => Connection,
  upload: {
    dataDir: string;
    workspaceId: string;
    fileName: string;
    chunks: AsyncIterable<Uint8Array>;
    actorId: string;
    now: number;
  },
) {
  const filePath = newFileName(upload.workspaceId);
  const sniffer = new ByteSniffer();
  const digest = createHash("sha256");
  const sizeBytes = await writeUpload(
    importPath(upload.dataDir, filePath),
    upload.chunks,
    (chunk) => {
      sniffer.feed(chunk);
      digest.update(chunk);
    },
  );
  try {
    const refusal = notCsv(sniffer.head);
    if (refusal !== undefined) {
      throw new AppError("unsupported_media", refusal);
    }
    const settings = readHead(sniffer.head, sniffer.isUtf8, sizeBytes, {});
    const row = insertImport(open(), {
      fileName: shownName(upload.fileName),
      filePath,
      sizeBytes,
      sha256: digest.digest("hex"),
      settings: JSON.stringify(settings),
      createdBy: upload.actorId,
      now: upload.now,
    });
    return preview(open(), row, sniffer.head);
  } catch (error) {
    removeImportFiles(upload.dataDir, filePath);
    throw error;
  }
}

/**
 * Reads the beginning of an upload again with the person's settings, and stores them for the import.
 *
 * @throws AppError `not_found`, or `illegal_state` once the import was started.
 */
export function previewImport(db: Connection, dataDir: string, id: number, choice: ReadingChoice) {
  const row = rowOf(db, id);
  const old = parseSettings(row.settings);
  const head = readFileHead(importPath(dataDir, row.filePath), row);
  const kept = { encoding: old.encoding, delimiter: old.delimiter };
  const reread = choice.encoding === undefined || choice.encoding === old.encoding ? kept : {};
  const settings = readHead(head, old.isUtf8, row.sizeBytes, { ...reread, ...choice });
  if (!saveSettings(db, id, JSON.stringify(settings))) {
    throw new AppError("illegal_state", because("import_started"));
  }
  return preview(db, rowOf(db, id), head);
}

function rowOf(db: Connection, id: number): ImportRow {
  const row = findImport(db, id);
  if (row === undefined) {
    throw notFound("import");
  }
  return row;
}

function readHead(
  head: Buffer,
  isUtf8: boolean,
  sizeBytes: number,
  choice: ReadingChoice,
): ImportSettings {
  const encoding = choice.encoding ?? guessEncoding(head, isUtf8);
  const text = decodeHead(head, encoding);
  const isWhole = sizeBytes <= HEAD_BYTES;
  const guessed = guessShape(text, isWhole);
  const shape = { delimiter: choice.delimiter ?? guessed.delimiter, newline: guessed.newline };
  const rows = sampleRows(text, shape, SAMPLE_ROWS, isWhole);
  const hasHeader = choice.hasHeader ?? looksLikeHeader(rows, isAddressCell);
  const header = hasHeader ? (rows[0] ?? []).map((name) => name.trim()) : [];
  const columns = hasHeader ? header.length : Math.max(0, ...rows.map((row) => row.length));
  const at = header.findIndex((name) => isAttributeColumn(name));
  const attributes =
    at === -1 ? undefined : attributeFields(rows.slice(1).map((row) => row[at] ?? ""));
  const headings = refusingHeadings(rows, isAddressCell);
  return { encoding, isUtf8, ...shape, hasHeader, header, columns, headings, attributes };
}

function preview(db: Connection, row: ImportRow, head: Buffer) {
  const settings = parseSettings(row.settings);
  const text = decodeHead(head, settings.encoding);
  const rows = sampleRows(text, settings, SAMPLE_ROWS, row.sizeBytes <= HEAD_BYTES);
  const data = settings.hasHeader ? rows.slice(1) : rows;
  const fields = listFields(db);
  const guesses = isContactsFile(settings.header)
    ? guessOwnFile(settings.header, data, fields)
    : guessColumns(rows, settings.hasHeader, fields, isAddressCell);
  return {
    id: row.id,
    fileName: row.fileName,
    sizeBytes: row.sizeBytes,
    encoding: settings.encoding,
    delimiter: settings.delimiter,
    hasHeader: settings.hasHeader,
    header: settings.header,
    rows: data.slice(0, PREVIEW_ROWS).map((cells) => cells.map((cell) => cell.slice(0, 200))),
    guesses,
    preset: presetOf(settings.header),
    attributes: settings.attributes ?? [],
  };
}

function presetOf(header: readonly string[]) {
  if (isContactsFile(header)) {
    return { name: "swiftmail" as const, wholeFile: null };
  }
  const preset = recognisePreset(header);
  return preset === undefined ? null : { name: preset.name, wholeFile: preset.wholeFile ?? null };
}

function readFileHead(path: string, { state, uploadBytes, sha256 }: ImportRow): Buffer {
  if (state !== "uploaded") {
    throw new AppError("illegal_state", because("import_started"));
  }
  if (!existsSync(path)) {
    throw new AppError("not_found", because("upload_gone"));
  }
  const file = openSync(path, "r");
  try {
    if (sha256 !== null && fstatSync(file).size !== uploadBytes) {
      throw new DamagedUpload();
    }
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(file, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

/** The last part of the browser's file name, shown for recognition only and never used as a path. */
function shownName(name: string): string {
  const last =
    name
      .replace(/\p{Cc}/gu, "")
      .split(/[\\/]/)
      .at(-1) ?? "";
  return last.slice(0, 200) || "upload.csv";
}

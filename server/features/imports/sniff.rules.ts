import { isUtf8 } from "node:buffer";
import { because, type Reason } from "../../platform/errors.ts";
import { CsvRows, isBlankRow } from "./csv-rows.rules.ts";

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof encodings)[number];

export const delimiters = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof delimiters)[number];

export const HEAD_BYTES = 64 * 1024;

/** Inspects all bytes of a file as they arrive, without storing them. */
export class ByteSniffer {
  private headBytes = Buffer.alloc(0);
  private carry = Buffer.alloc(0);
  private valid = true;

  feed(chunk: Uint8Array): void {
    if (this.headBytes.length < HEAD_BYTES) {
      const missing = HEAD_BYTES - this.headBytes.length;
      this.headBytes = Buffer.concat([this.headBytes, chunk.subarray(0, missing)]);
    }
    if (!this.valid) {
      return;
    }
    const bytes = this.carry.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.carry, chunk]);
    // A character split at the end of a chunk is checked with the next chunk.
    const whole = wholeCharacters(bytes, bytes.length);
    this.valid = isUtf8(bytes.subarray(0, whole));
    this.carry = Buffer.from(bytes.subarray(whole));
  }

  /** The first 64 KB. */
  get head(): Buffer {
    return this.headBytes;
  }

  /** True when everything so far is well-formed UTF-8. */
  get isUtf8(): boolean {
    return this.valid && this.carry.length === 0;
  }
}

/** How many of the first `length` bytes form complete UTF-8 characters. */
export function wholeCharacters(bytes: Uint8Array, length: number): number {
  let lead = length - 1;
  while (lead > 0 && lead > length - 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) {
    lead -= 1;
  }
  return lead >= 0 && lead + sizeOfCharacter(bytes[lead] ?? 0) > length ? lead : length;
}

function sizeOfCharacter(lead: number): number {
  if (lead >= 0xf0) {
    return 4;
  }
  if (lead >= 0xe0) {
    return 3;
  }
  return lead >= 0xc0 ? 2 : 1;
}

/** Guesses the encoding: a byte order mark, zeros as in UTF-16, well-formed UTF-8, otherwise Windows-1252. */
export function guessEncoding(head: Uint8Array, isWholeUtf8: boolean): Encoding {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) {
    return "utf-8";
  }
  if (a === 0xff && b === 0xfe) {
    return "utf-16le";
  }
  if (a === 0xfe && b === 0xff) {
    return "utf-16be";
  }
  const zeros = zeroShares(head);
  if (zeros.odd > 0.3 && zeros.even < 0.1) {
    return "utf-16le";
  }
  if (zeros.even > 0.3 && zeros.odd < 0.1) {
    return "utf-16be";
  }
  return isWholeUtf8 ? "utf-8" : "windows-1252";
}

function zeroShares(head: Uint8Array): { even: number; odd: number } {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < head.length; i++) {
    if (head[i] === 0) {
      i % 2 === 0 ? even++ : odd++;
    }
  }
  const half = Math.max(1, head.length / 2);
  return { even: even / half, odd: odd / half };
}

type Magic = { bytes: number[] | string; what: Reason };
const MAGICS: Magic[] = [
  { bytes: "%PDF", what: because("file_is_pdf") },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0],
    what: because("file_is_old_excel"),
  },
  { bytes: [0x89, 0x50, 0x4e, 0x47], what: because("file_is_png") },
  { bytes: [0xff, 0xd8, 0xff], what: because("file_is_jpeg") },
  { bytes: "GIF8", what: because("file_is_gif") },
  { bytes: "RIFF", what: because("file_is_riff") },
  { bytes: [0x1f, 0x8b], what: because("file_is_gzip") },
  { bytes: "7z\xbc\xaf", what: because("file_is_7z") },
  { bytes: "Rar!", what: because("file_is_rar") },
  { bytes: "{\\rtf", what: because("file_is_rtf") },
  { bytes: "SQLite format 3", what: because("file_is_database") },
];

/** Why a file with this beginning is not CSV; undefined when it may be. */
export function notCsv(head: Buffer): Reason | undefined {
  if (head.length === 0) {
    return because("file_empty");
  }
  if (startsWith(head, "PK\x03\x04")) {
    return zipKind(head);
  }
  const magic = MAGICS.find(({ bytes }) => startsWith(head, bytes));
  if (magic !== undefined) {
    return magic.what;
  }
  const encoding = guessEncoding(head, true);
  if (encoding === "utf-8" && looksBinary(head)) {
    return because("file_binary");
  }
  return markupKind(decodeHead(head, encoding).trimStart().slice(0, 200).toLowerCase());
}

function zipKind(head: Buffer): Reason {
  const names = head.toString("latin1");
  if (names.includes("xl/") || names.includes("[Content_Types].xml")) {
    return because("file_is_excel");
  }
  if (names.includes("opendocument.spreadsheet")) {
    return because("file_is_spreadsheet");
  }
  return because("file_is_zip");
}

function markupKind(start: string): Reason | undefined {
  if (start === "") {
    return because("file_blank");
  }
  if (/^(<!doctype html|<html|<head|<body|<table)/.test(start)) {
    return because("file_is_html");
  }
  if (start.startsWith("<?xml")) {
    return because("file_is_xml");
  }
  return /^[[{]\s*["{]/.test(start) ? because("file_is_json") : undefined;
}

function looksBinary(head: Buffer): boolean {
  let odd = 0;
  for (const byte of head) {
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) {
      odd += 1;
    }
  }
  return odd > head.length * 0.02;
}

function startsWith(head: Buffer, bytes: number[] | string): boolean {
  const wanted = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes);
  return head.subarray(0, wanted.length).equals(wanted);
}

/** The text of the file's beginning, without a byte order mark or an incomplete last character. */
export function decodeHead(head: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding).decode(head, { stream: true });
}

/** Guesses the delimiter and the line end. */
export function guessShape(
  text: string,
  isWhole: boolean,
): { delimiter: Delimiter; newline: "\n" | "\r" } {
  const newline = !text.includes("\n") && text.includes("\r") ? "\r" : "\n";
  const directive = /^sep=([,;\t|])\r?\n/i.exec(text);
  if (directive !== null) {
    return { delimiter: directive[1] as Delimiter, newline };
  }
  let best: { delimiter: Delimiter; score: number } = { delimiter: ",", score: 0 };
  for (const delimiter of delimiters) {
    const score = agreement(sampleRows(text, { delimiter, newline }, 60, isWhole));
    if (score > best.score) {
      best = { delimiter, score };
    }
  }
  return { delimiter: best.delimiter, newline };
}

/** High when most rows have the same number of cells and more than one. */
function agreement(rows: string[][]): number {
  const counts = new Map<number, number>();
  for (const row of rows) {
    counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  }
  const [columns, times] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [1, 0];
  return columns < 2 ? 0 : (times / rows.length) * (1 + Math.log(columns) / 10);
}

/**
 * The first non-blank rows of a text, without Excel's `sep=;` line.
 *
 * @param isWhole The text is the whole file, so its last row counts even without a line end.
 */
export function sampleRows(
  text: string,
  shape: { delimiter: string; newline: "\n" | "\r" },
  limit: number,
  isWhole: boolean,
): string[][] {
  const reader = new CsvRows(text, { ...shape, columns: 0 }, isWhole);
  const rows: string[][] = [];
  let row = reader.read(0);
  let first = true;
  while (row !== undefined && rows.length < limit) {
    const directive = first && isSeparatorLine(row.cells);
    if (!directive && !isBlankRow(row.cells)) {
      rows.push(row.cells);
    }
    first = false;
    row = reader.read(row.end);
  }
  return rows;
}

/** True for the line `sep=;`, which tells Excel the delimiter. Splitting it leaves `sep=` or `sep=`, ``. */
export function isSeparatorLine(cells: readonly string[]): boolean {
  return /^sep=.?$/i.test(cells.join(""));
}

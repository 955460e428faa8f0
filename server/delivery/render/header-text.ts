import { cleanText } from "./quoted-printable.ts";

// Header fields: RFC 5322 folding and RFC 2047 encoded words. Every run of white space and control characters is
// replaced by one space first, so that a value cannot inject a line.

const LINE = 76;
/**
 * Octets of UTF-8 per encoded word, which may have at most 75 characters; the first word shares its line with the name.
 */
const WORD_OCTETS = 45;
const FIRST_WORD_OCTETS = 36;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** A header field as sent. `canonical` caches the form that DKIM hashes, once it has been requested. */
export type HeaderField = { name: string; wire: string; canonical: string | undefined };

/** Creates a field from a value that is already encoded and folded. */
export function headerField(name: string, value: string): HeaderField {
  return { name, wire: `${name}: ${value}\r\n`, canonical: undefined };
}

/** The relaxed form of a field (RFC 6376 §3.4.2). Cached, because most fields are the same in every message. */
export function canonicalForm(field: HeaderField): string {
  if (field.canonical === undefined) {
    const value = field.wire.slice(field.name.length + 1);
    const unfolded = value.replaceAll("\r\n", "");
    const relaxed = unfolded.replace(/[ \t]{2,}|\t/g, " ").trim();
    field.canonical = `${field.name.toLowerCase()}:${relaxed}\r\n`;
  }
  return field.canonical;
}

/** Collapses white space and control characters, so that the text fits on one line. */
export function oneLine(text: string): string {
  return /^(?:[!-~]+(?: [!-~]+)*)?$/.test(text)
    ? text
    : cleanText(text.toWellFormed().replace(/[\s\p{Cc}]+/gu, " ")).trim();
}

/** Encodes unstructured text for the field `name`, such as a subject. */
export function encodeText(name: string, text: string): string {
  const line = oneLine(text);
  const isAscii = /^[ -~]*$/.test(line);
  if (isAscii && line.length + name.length + 2 <= LINE && !line.includes("=?")) {
    return line;
  }
  const words = line.split(" ");
  if (isAscii && !line.includes("=?") && words.every((word) => word.length < 60)) {
    return foldWords(words, name.length + 2);
  }
  return encodedWords(line);
}

function foldWords(words: string[], startColumn: number): string {
  let folded = "";
  let column = startColumn;
  for (const word of words) {
    if (folded !== "" && column + 1 + word.length > LINE) {
      folded += "\r\n ";
      column = 1;
    } else if (folded !== "") {
      folded += " ";
      column += 1;
    }
    folded += word;
    column += word.length;
  }
  return folded;
}

/** Encodes a display name: short ASCII as a quoted string, anything else as encoded words; "" when empty. */
export function encodePhrase(text: string): string {
  const line = oneLine(text);
  if (line === "") {
    return "";
  }
  if (!/^[ -~]*$/.test(line) || line.includes("=?") || line.length > 50) {
    return encodedWords(line);
  }
  return `"${line.replace(/(["\\])/g, "\\$1")}"`;
}

function encodedWords(line: string): string {
  const chunks: string[] = [];
  let chunk = "";
  let room = FIRST_WORD_OCTETS;
  for (const piece of unbreakablePieces(line)) {
    const octets = Buffer.byteLength(piece);
    if (octets > room && chunk !== "") {
      chunks.push(chunk);
      chunk = "";
      room = WORD_OCTETS;
    }
    chunk += piece;
    room -= octets;
  }
  return [...chunks, chunk]
    .map((part) => `=?UTF-8?B?${Buffer.from(part).toString("base64")}?=`)
    .join("\r\n ");
}

// A family emoji must not be split; a hundred combining marks on one letter may be.
function unbreakablePieces(line: string): string[] {
  return Array.from(graphemes.segment(line), ({ segment }) => segment).flatMap((cluster) =>
    Buffer.byteLength(cluster) <= FIRST_WORD_OCTETS ? [cluster] : [...cluster],
  );
}

// Quoted-printable (RFC 2045 §6.7) in pieces: a body is encoded as static segments and slot values, joined by soft line
// breaks, so that no piece ever has to be wrapped again.
//
// The output has two properties beyond the RFC. No line starts with a dot or with "From ", so SMTP needs no dot
// stuffing and no mbox writer changes it. No line ends with a space or contains two in a row, so the body is its own
// DKIM relaxed form (RFC 6376 §3.4.4) and can be hashed as it is.

const MAX_LINE = 76;
const HEX = "0123456789ABCDEF";
const [LF, CR, SPACE, EQUALS, DEL] = [10, 13, 32, 61, 127] as const;
const DANGEROUS_START = /^(?:\.|From )/;

/** The soft line break that joins two pieces. */
export const SOFT_BREAK: string = "=\r\n";

let scratch = Buffer.allocUnsafe(64 * 1024);
let used = 0;

/** True when `value` needs no encoding, as is the case for most names, numbers and URLs. */
export function isPlainSlot(value: string): boolean {
  return value.length < MAX_LINE && /^(?!\.|From )(?: ?[!-<>-~])*$/.test(value);
}

/**
 * Encodes one piece that starts at the beginning of a line. Every kind of line break becomes CRLF; NUL and other
 * control characters are dropped.
 */
export function encodePiece(text: string): Buffer {
  let encoded = "";
  let isFirst = true;
  for (const line of cleanText(text).split("\n")) {
    const hasOnlyPlainBlanks = /^(?: ?[!-~])*$/.test(line);
    encoded += isFirst ? "" : "\r\n";
    encoded += hasOnlyPlainBlanks ? encodePlainLine(line) : encodeLine(line);
    isFirst = false;
  }
  return Buffer.from(encoded, "latin1");
}

// Fast path for most lines: visible ASCII and single spaces, so that only `=` needs encoding.
function encodePlainLine(line: string): string {
  const text = line.includes("=") ? line.replaceAll("=", "=3D") : line;
  let encoded = "";
  let from = 0;
  for (;;) {
    // Works on one line's length at a time, since copying the rest for every line would be quadratic for a megabyte
    // without line breaks.
    const next = text.slice(from, from + MAX_LINE);
    const rest = DANGEROUS_START.test(next) ? hex(next.charCodeAt(0)) + next.slice(1) : next;
    if (rest.length < MAX_LINE) {
      return encoded + rest;
    }
    const cut = cutBefore(rest, MAX_LINE - 1);
    encoded += rest.slice(0, cut) + SOFT_BREAK;
    from += cut - (rest.length - next.length);
  }
}

// Avoids cutting inside an encoded octet.
function cutBefore(text: string, at: number): number {
  if (text[at - 1] === "=") {
    return at - 1;
  }
  return text[at - 2] === "=" ? at - 2 : at;
}

// Encodes any line, octet by octet.
function encodeLine(line: string): string {
  const input = Buffer.from(line, "utf8");
  // Worst case: three characters per octet, plus a soft break every 25 octets.
  if (scratch.length < input.length * 4 + 16) {
    scratch = Buffer.allocUnsafe(input.length * 4 + 16);
  }
  used = 0;
  let column = 0;
  let blankBefore: boolean = false;
  for (let i = 0; i < input.length; i++) {
    const byte = input[i] as number;
    if (column > MAX_LINE - 4 && (column === MAX_LINE - 1 || !isSafe(byte))) {
      write(EQUALS, CR, LF);
      column = 0;
      blankBefore = false;
    }
    const isBlank: boolean = byte === SPACE && !blankBefore && i + 1 < input.length;
    if (isBlank || (isSafe(byte) && (column > 0 || !isDangerousStart(input, i)))) {
      scratch[used++] = byte;
      column += 1;
    } else {
      write(EQUALS, HEX.charCodeAt(byte >> 4), HEX.charCodeAt(byte & 15));
      column += 3;
    }
    blankBefore = isBlank;
  }
  return scratch.toString("latin1", 0, used);
}

/** Removes control characters except tab, and converts line breaks to LF. */
export function cleanText(text: string): string {
  return /[^\P{Cc}\t\n]/u.test(text)
    ? text.replace(/\r\n?/g, "\n").replace(/[^\P{Cc}\t\n]/gu, "")
    : text;
}

function write(...bytes: number[]): void {
  for (const byte of bytes) {
    scratch[used++] = byte;
  }
}

function hex(code: number): string {
  return `=${HEX[code >> 4]}${HEX[code & 15]}`;
}

function isSafe(byte: number): boolean {
  return byte > SPACE && byte < DEL && byte !== EQUALS;
}

function isDangerousStart(input: Buffer, i: number): boolean {
  return DANGEROUS_START.test(input.toString("latin1", i, i + 5));
}

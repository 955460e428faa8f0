// Quoted-printable (RFC 2045 §6.7) in pieces: a body is encoded as static segments and slot values, and
// the pieces are joined by soft line breaks, so that nothing ever needs to be wrapped again.
//
// Two promises beyond the RFC. No line starts with a dot or with "From ", so that SMTP needs no dot
// stuffing and no mbox escapes it. And no line has two blanks in a row or ends with one, so that the body
// is its own DKIM relaxed form (RFC 6376 §3.4.4) and can be hashed as it is.

const MAX_LINE = 76;
const HEX = Buffer.from("0123456789ABCDEF", "latin1");
const [LF, CR, SPACE, EQUALS, DOT, DEL] = [10, 13, 32, 61, 46, 127] as const;
const FROM = Buffer.from("From ", "latin1");

/** Joins two pieces: a soft line break. */
export const SOFT_BREAK: string = "=\r\n";

let scratch = Buffer.allocUnsafe(256 * 1024);
let used = 0;

/** True when `value` is its own encoding, as most names, numbers and URLs are. */
export function isPlainSlot(value: string): boolean {
  return value.length < MAX_LINE && /^(?!\.|From )(?: ?[!-<>-~])*$/.test(value);
}

/**
 * Encodes one piece, starting at the beginning of a line. Every kind of line end becomes CRLF; NUL and
 * other control characters are dropped.
 */
export function encodePiece(text: string): Buffer {
  const input = Buffer.from(cleanText(text), "utf8");
  // The worst case is three characters an octet, plus a soft break every 25 octets.
  if (scratch.length < input.length * 4 + 16) {
    scratch = Buffer.allocUnsafe(input.length * 4 + 16);
  }
  used = 0;
  let column = 0;
  let blankBefore: boolean = false;
  for (let i = 0; i < input.length; i++) {
    const byte = input[i] as number;
    if (byte === LF) {
      write(CR, LF);
      column = 0;
      blankBefore = false;
      continue;
    }
    if (column > MAX_LINE - 4 && (column === MAX_LINE - 1 || !isSafe(byte))) {
      write(EQUALS, CR, LF);
      column = 0;
      blankBefore = false;
    }
    const isBlank: boolean = byte === SPACE && !blankBefore && !endsLine(input, i);
    if (isBlank || (isSafe(byte) && (column > 0 || !isDangerousStart(input, i)))) {
      scratch[used++] = byte;
      column += 1;
    } else {
      write(EQUALS, HEX[byte >> 4] as number, HEX[byte & 15] as number);
      column += 3;
    }
    blankBefore = isBlank;
  }
  return Buffer.from(scratch.subarray(0, used));
}

/** What of a text can be said in a message: well-formed, line ends as LF, no control characters but tab. */
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

function isSafe(byte: number): boolean {
  return byte > SPACE && byte < DEL && byte !== EQUALS;
}

function endsLine(input: Buffer, i: number): boolean {
  const next = input[i + 1];
  return next === undefined || next === LF;
}

function isDangerousStart(input: Buffer, i: number): boolean {
  const byte = input[i];
  return byte === DOT || (byte === FROM[0] && input.subarray(i, i + FROM.length).equals(FROM));
}

import type { SmtpReply } from "../types.ts";

/** RFC 5321 §4.5.3.1.5 allows 512 octets a line; some servers exceed that, and hostile ones never end a line. */
const MAX_LINE_BYTES = 4_096;
const MAX_REPLY_LINES = 200;
const MAX_REPLY_BYTES = 64 * 1024;
/** More complete replies than we can have asked for. The peer is flooding us. */
const MAX_BACKLOG = 64;

const REPLY_LINE = /^([2-5]\d{2})(?:([ -])(.*))?$/s;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
const CONTROL = /[\u0000-\u001f\u007f]+/g;

/** A reply with its lines kept separate, because EHLO lists one extension per line. */
export type ParsedReply = SmtpReply & { lines: string[] };

/** The peer's bytes are not valid SMTP, or exceed the limits of a reply. */
export class ReplySyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ReplySyntaxError";
  }
}

/**
 * Splits a byte stream into SMTP replies (RFC 5321 §4.2). Chunks may end anywhere, and lines may end in a bare LF.
 * Memory is bounded whatever the peer sends.
 */
export class ReplyParser {
  #rest: Uint8Array = new Uint8Array(0);
  #lines: string[] = [];
  #code = 0;
  #size = 0;

  /** True while there are bytes or lines that do not form a complete reply yet. */
  get hasPartialReply(): boolean {
    return this.#rest.length > 0 || this.#lines.length > 0;
  }

  /**
   * Consumes bytes and returns the replies that they complete, in order.
   *
   * @throws ReplySyntaxError when a line is not a reply line, the lines of one reply have different codes, or a limit
   *   is exceeded. The parser must not be used afterwards.
   */
  feed(chunk: Uint8Array): ParsedReply[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const replies: ParsedReply[] = [];
    let start = 0;
    for (let end = bytes.indexOf(10, start); end !== -1; end = bytes.indexOf(10, start)) {
      const reply = this.#takeLine(bytes.subarray(start, end));
      if (reply !== undefined && replies.push(reply) > MAX_BACKLOG) {
        throw new ReplySyntaxError("more replies than were asked for");
      }
      start = end + 1;
    }
    const rest = bytes.subarray(start);
    if (rest.length > MAX_LINE_BYTES) {
      throw new ReplySyntaxError(`a reply line longer than ${MAX_LINE_BYTES} bytes`);
    }
    // Copy, because the socket may reuse its buffer.
    this.#rest = rest.length === 0 ? rest : Uint8Array.from(rest);
    return replies;
  }

  #takeLine(raw: Uint8Array): ParsedReply | undefined {
    if (raw.length > MAX_LINE_BYTES) {
      throw new ReplySyntaxError(`a reply line longer than ${MAX_LINE_BYTES} bytes`);
    }
    const line = decodeLine(raw);
    const match = REPLY_LINE.exec(line);
    if (match === null) {
      throw new ReplySyntaxError(`not an SMTP reply: "${printable(line).slice(0, 80)}"`);
    }
    const code = Number(match[1]);
    if (this.#lines.length > 0 && code !== this.#code) {
      throw new ReplySyntaxError(`one reply with two codes, ${this.#code} and ${code}`);
    }
    this.#code = code;
    this.#lines.push(match[3] ?? "");
    this.#size += raw.length;
    if (this.#lines.length > MAX_REPLY_LINES || this.#size > MAX_REPLY_BYTES) {
      throw new ReplySyntaxError(`a reply longer than ${MAX_REPLY_LINES} lines or 64 KB`);
    }
    return match[2] === "-" ? undefined : this.#finish();
  }

  #finish(): ParsedReply {
    const lines = this.#lines;
    const code = this.#code;
    this.#lines = [];
    this.#size = 0;
    return { code, lines, ...joinLines(lines) };
  }
}

function decodeLine(raw: Uint8Array): string {
  const end = raw.at(-1) === 13 ? raw.length - 1 : raw.length;
  return Buffer.from(raw.buffer, raw.byteOffset, end).toString("utf8");
}

/** Servers repeat the enhanced code on every line; it is returned once, separate from the text. */
function joinLines(lines: string[]): { enhanced: string; text: string } {
  let enhanced = "";
  const texts: string[] = [];
  for (const line of lines) {
    const match = ENHANCED.exec(line);
    if (match !== null && enhanced === "") {
      enhanced = match[1] ?? "";
    }
    const text = printable(
      match !== null && match[1] === enhanced ? line.slice(match[0].length) : line,
    );
    if (text !== "") {
      texts.push(text);
    }
  }
  return { enhanced, text: texts.join(" ") };
}

function printable(text: string): string {
  return text.replace(CONTROL, " ").trim();
}

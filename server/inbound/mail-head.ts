import { decodeWords } from "postal-mime";

const MAX_HEAD_BYTES = 65_536;
const MAX_VALUE_CHARS = 500;

/** The headers that inbox lists show without parsing the body. */
export type MailHead = { messageId: string; subject: string; from: string };

/**
 * Reads Subject, Message-ID and From from the first 64 KiB of a message, at most 500 characters of each. Missing fields
 * and malformed messages yield empty strings.
 *
 * @see RFC 5322 §2.2.3 (folding), RFC 2047 (encoded words)
 */
export function readMailHead(raw: Buffer): MailHead {
  const head = raw.subarray(0, MAX_HEAD_BYTES);
  const end = head.indexOf("\r\n\r\n");
  const text = (end === -1 ? head : head.subarray(0, end)).toString("utf8");
  return {
    messageId: field(text, "message-id"),
    subject: field(text, "subject"),
    from: field(text, "from"),
  };
}

function field(head: string, name: string): string {
  const start = new RegExp(`^${name}:`, "im").exec(head);
  if (start === null) {
    return "";
  }
  const lines = head.slice(start.index + name.length + 1).split("\r\n");
  let value = lines[0] ?? "";
  for (const line of lines.slice(1)) {
    if (!/^[ \t]/.test(line) || value.length > MAX_VALUE_CHARS * 4) {
      break;
    }
    value += line;
  }
  return decodeWords(value.trim()).slice(0, MAX_VALUE_CHARS);
}

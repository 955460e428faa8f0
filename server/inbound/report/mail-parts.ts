import PostalMime, { decodeWords, type Email } from "postal-mime";

/** The parts of a message that reading a report needs. All of it is untrusted input. */
export type MailParts = {
  /**
   * The first value of each header by lower-case name, unfolded; encoded words (RFC 2047) are decoded in the subject
   * only.
   */
  head: ReadonlyMap<string, string>;
  /** The readable text; converted from HTML when there is no plain text. */
  text: string;
  /** message/delivery-status: RFC 3464 §2. */
  deliveryStatus: string | undefined;
  /** message/feedback-report: RFC 5965 §3. */
  feedbackReport: string | undefined;
  /** The returned message or its headers; empty when the report does not include it. */
  original: string;
};

// A report precedes the message it returns, so the rest of a large mail adds nothing.
const MAX_PARSED_BYTES = 512 * 1024;
const MAX_HEAD_BYTES = 128 * 1024;
const MAX_TEXT_CHARS = 64 * 1024;
const MAX_SUBJECT_CHARS = 2_000;
const MAX_PART_LINES = 1_000;
const MAX_NESTING = 24;

/**
 * Parses a message: at most its first 512 KiB, of those at most 1,000 parts, and at most 64 Ki characters per part.
 * Never throws: a malformed message is treated as plain text after its headers.
 */
export async function readMailParts(raw: Buffer): Promise<MailParts> {
  const bytes = raw.subarray(0, endOfParts(raw.subarray(0, MAX_PARSED_BYTES)));
  try {
    const email = await PostalMime.parse(new Uint8Array(bytes), {
      maxNestingDepth: MAX_NESTING,
      maxHeadersSize: MAX_HEAD_BYTES,
      maxRfc822NestingDepth: 0,
      forceRfc822Attachments: true,
    });
    return partsOf(email);
  } catch {
    return plainParts(bytes);
  }
}

/** Ends the input before the 1,000th line that could start a part; a real report has only a few parts. */
function endOfParts(bytes: Buffer): number {
  let at = -1;
  for (let lines = 0; lines < MAX_PART_LINES; lines += 1) {
    at = bytes.indexOf("\n--", at + 1);
    if (at === -1) {
      return bytes.length;
    }
  }
  return at;
}

function partsOf(email: Email): MailParts {
  const head = new Map<string, string>();
  for (const { key, value } of email.headers) {
    if (!head.has(key)) {
      head.set(key, value);
    }
  }
  decodeSubject(head);
  const part = (...types: string[]) => {
    const found = email.attachments.find(({ mimeType }) => types.includes(mimeType));
    return found === undefined ? undefined : textOf(found.content);
  };
  return {
    head,
    text: (email.text ?? htmlText(email.html ?? "")).slice(0, MAX_TEXT_CHARS),
    deliveryStatus: part("message/delivery-status", "message/global-delivery-status"),
    feedbackReport: part("message/feedback-report"),
    original:
      part(
        "message/rfc822",
        "text/rfc822-headers",
        "message/global",
        "message/global-headers",
        "message/rfc822-headers",
      ) ?? "",
  };
}

function decodeSubject(head: Map<string, string>): void {
  const subject = head.get("subject");
  if (subject !== undefined) {
    head.set("subject", decodeWords(subject.slice(0, MAX_SUBJECT_CHARS)));
  }
}

function textOf(content: string | ArrayBuffer | Uint8Array): string {
  const bytes = typeof content === "string" ? Buffer.from(content) : new Uint8Array(content);
  return Buffer.from(bytes.subarray(0, MAX_TEXT_CHARS)).toString("utf8");
}

// The patterns avoid backtracking, so that matching takes linear time.
function htmlText(html: string): string {
  return html
    .slice(0, MAX_TEXT_CHARS)
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^<>]{0,200}>/gi, "\n")
    .replace(/<[^<>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&nbsp;/g, " ")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");
}

function plainParts(bytes: Buffer): MailParts {
  const end = bytes.indexOf("\r\n\r\n");
  const text = bytes.subarray(0, MAX_HEAD_BYTES).toString("utf8");
  const head = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.slice(0, end === -1 ? undefined : end).split(/\r?\n/, 2_000)) {
    const colon = line.indexOf(":");
    if (/^[ \t]/.test(line) && last !== undefined) {
      head.set(last, `${head.get(last) ?? ""} ${line.trim()}`.slice(0, 4_000));
    } else if (colon > 0) {
      last = line.slice(0, colon).toLowerCase();
      head.set(last, line.slice(colon + 1).trim());
    }
  }
  decodeSubject(head);
  const body = bytes.subarray(end === -1 ? bytes.length : end + 4).toString("utf8");
  return {
    head,
    text: body.slice(0, MAX_TEXT_CHARS),
    deliveryStatus: undefined,
    feedbackReport: undefined,
    original: "",
  };
}

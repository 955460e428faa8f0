import { gunzipSync } from "node:zlib";
import PostalMime, { type Email } from "postal-mime";
import type { Connection } from "../../platform/db/driver.ts";
import { notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { MailContent, TestMailDetail } from "./inbox.schema.ts";
import { findTestMail, listTestMails, type TestMail } from "./inbox.store.ts";

const MAX_RAW_BYTES = 32 * 1024 * 1024;
// Parsing runs on the HTTP thread. Larger messages are offered as a download instead.
const MAX_PARSED_BYTES = 2 * 1024 * 1024;
const MAX_SOURCE_BYTES = 256 * 1024;
/** A page of the test inbox, newest first. `q` is searched in both addresses and the subject. */
export function listInbox(
  inbox: Connection,
  query: { q?: string; cursor?: string; limit?: number },
): { items: TestMail[]; nextCursor: string | null } {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = listTestMails(inbox, {
    before,
    limit: limit + 1,
    pattern: query.q ? `%${query.q.replace(/[\\%_]/g, "\\$&")}%` : undefined,
  });
  return cutPage(rows, limit, (row) => [row.id]);
}

/**
 * A captured message, parsed. The HTML is not sanitized: show it only in a sandbox.
 *
 * @throws AppError `not_found` when it no longer exists.
 */
export async function readTestMail(inbox: Connection, id: number): Promise<TestMailDetail> {
  const mail = findTestMail(inbox, id);
  if (mail === undefined) {
    throw notFound("message");
  }
  const { raw, ...summary } = mail;
  return { ...summary, ...(await readContent(mail.sizeBytes, raw)) };
}

/**
 * The content of a stored message. The HTML is not sanitized: show it only in a sandbox.
 *
 * @param packed The source, gzipped.
 */
export async function readContent(sizeBytes: number, packed: Uint8Array): Promise<MailContent> {
  const hidden = { headers: [], html: null, text: null, source: null, attachments: [] };
  if (sizeBytes > MAX_PARSED_BYTES) {
    return { ...hidden, notShown: "The message is larger than 2 MB. Download it to read it." };
  }
  const raw = unpack(packed);
  const source = raw.subarray(0, MAX_SOURCE_BYTES).toString("utf8");
  const parsed = await parse(raw);
  if (parsed === undefined) {
    const notShown =
      "The message does not have the format of an email. View its source or download it.";
    return { ...hidden, source, notShown };
  }
  return {
    headers: parsed.headers.map((header) => ({ name: header.originalKey, value: header.value })),
    html: parsed.html ?? null,
    text: parsed.text ?? null,
    source,
    attachments: parsed.attachments.map((attachment) => ({
      name: attachment.filename ?? "",
      type: attachment.mimeType,
      sizeBytes: sizeOf(attachment.content),
    })),
    notShown: null,
  };
}

/** The source of a captured message, byte for byte. @throws AppError `not_found`. */
export function readTestMailSource(inbox: Connection, id: number): Uint8Array<ArrayBuffer> {
  const mail = findTestMail(inbox, id);
  if (mail === undefined) {
    throw notFound("message");
  }
  return new Uint8Array(unpack(mail.raw));
}

/** The source of a stored message as a file to download. */
export function asFile(source: Uint8Array<ArrayBuffer>, id: number): Response {
  return new Response(source, {
    headers: {
      "content-type": "message/rfc822",
      "content-disposition": `attachment; filename="message-${id}.eml"`,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  });
}

export function unpack(raw: Uint8Array): Buffer {
  return gunzipSync(raw, { maxOutputLength: MAX_RAW_BYTES });
}

async function parse(raw: Buffer): Promise<Email | undefined> {
  try {
    return await PostalMime.parse(raw, { maxNestingDepth: 32, maxHeadersSize: 512 * 1024 });
  } catch {
    // Parsing throws only for hostile structures. The source can still be downloaded.
    return undefined;
  }
}

function sizeOf(content: string | ArrayBuffer | Uint8Array): number {
  return typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
}

import type { Connection } from "../../platform/db/driver.ts";
import { notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { ReceivedDetail, ReceivedMail } from "./inbox.schema.ts";
import { readContent, unpack } from "./inbox.service.ts";
import { findReceived, listReceived } from "./received.store.ts";

/** A page of incoming mail, newest first. */
export function readReceived(
  inbox: Connection,
  query: { kind?: string; q?: string; cursor?: string; limit?: number },
): { items: ReceivedMail[]; nextCursor: string | null } {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = listReceived(inbox, {
    before,
    limit: limit + 1,
    kind: query.kind ?? "",
    pattern: query.q ? `%${query.q.replace(/[\\%_]/g, "\\$&")}%` : "",
  });
  return cutPage(rows, limit, (row) => [row.id]);
}

/** One message, parsed. @throws AppError `not_found`. */
export async function readReceivedMail(inbox: Connection, id: number): Promise<ReceivedDetail> {
  const { raw, ...summary } = required(inbox, id);
  return { ...summary, ...(await readContent(summary.sizeBytes, raw)) };
}

/** The source, as far as it was stored. @throws AppError `not_found`. */
export function readReceivedSource(inbox: Connection, id: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(unpack(required(inbox, id).raw));
}

function required(inbox: Connection, id: number) {
  const mail = findReceived(inbox, id);
  if (mail === undefined) {
    throw notFound("message");
  }
  return mail;
}

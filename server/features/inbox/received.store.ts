import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { ReceivedMail } from "./inbox.schema.ts";

type PageQuery = { before: number; limit: number; kind: string; pattern: string };

const columns = `
  id, received_at AS receivedAt, kind, envelope_from AS "from", envelope_to AS "to",
  header_from AS headerFrom, subject, size_bytes AS sizeBytes, campaign_id AS campaignId, seq, said`;

const selectPage = statement<[PageQuery], ReceivedMail>(`
  SELECT ${columns}
    FROM received_mail
   WHERE id < @before
   ORDER BY id DESC
   LIMIT @limit
`);

const selectOfKind = statement<[PageQuery], ReceivedMail>(`
  SELECT ${columns}
    FROM received_mail INDEXED BY received_mail_list
   WHERE kind = @kind AND id < @before
   ORDER BY id DESC
   LIMIT @limit
`);

// The index contains every column that is shown or searched, so a search reads no stored message.
const searchPage = statement<[PageQuery], ReceivedMail>(`
  SELECT ${columns}
    FROM received_mail INDEXED BY received_mail_list
   WHERE id < @before AND (@kind = '' OR kind = @kind)
     AND (header_from LIKE @pattern ESCAPE '\\'
          OR subject LIKE @pattern ESCAPE '\\'
          OR envelope_from LIKE @pattern ESCAPE '\\'
          OR said LIKE @pattern ESCAPE '\\')
   ORDER BY id DESC
   LIMIT @limit
`);

const selectMail = statement<[id: number], ReceivedMail & { raw: Uint8Array }>(
  `SELECT ${columns}, raw FROM received_mail WHERE id = ?`,
);

/** Incoming mail older than `before`, newest first. Empty `kind` and `pattern` (for LIKE) match everything. */
export function listReceived(db: Connection, query: PageQuery): ReceivedMail[] {
  if (query.pattern !== "") {
    return searchPage(db).all(query);
  }
  return query.kind === "" ? selectPage(db).all(query) : selectOfKind(db).all(query);
}

/** One message with its gzipped source. */
export function findReceived(
  db: Connection,
  id: number,
): (ReceivedMail & { raw: Uint8Array }) | undefined {
  return selectMail(db).get(id);
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** A captured message as the list shows it. */
export type TestMail = {
  id: number;
  receivedAt: number;
  from: string;
  to: string;
  subject: string;
  sizeBytes: number;
};

const selectPage = statement<[{ before: number; limit: number }], TestMail>(`
  SELECT id, received_at AS receivedAt, envelope_from AS "from", envelope_to AS "to",
         subject, size_bytes AS sizeBytes
    FROM test_message INDEXED BY test_message_list
   WHERE id < @before
   ORDER BY id DESC
   LIMIT @limit
`);

const searchPage = statement<[{ before: number; limit: number; pattern: string }], TestMail>(`
  SELECT id, received_at AS receivedAt, envelope_from AS "from", envelope_to AS "to",
         subject, size_bytes AS sizeBytes
    FROM test_message INDEXED BY test_message_list
   WHERE id < @before
     AND (envelope_to LIKE @pattern ESCAPE '\\'
          OR subject LIKE @pattern ESCAPE '\\'
          OR envelope_from LIKE @pattern ESCAPE '\\')
   ORDER BY id DESC
   LIMIT @limit
`);

const selectMail = statement<[id: number], TestMail & { raw: Uint8Array }>(`
  SELECT id, received_at AS receivedAt, envelope_from AS "from", envelope_to AS "to",
         subject, size_bytes AS sizeBytes, raw
    FROM test_message
   WHERE id = ?
`);

/** Messages older than `before`, newest first. `pattern` is for LIKE with `\` as escape; undefined = all. */
export function listTestMails(
  db: Connection,
  page: { before: number; limit: number; pattern: string | undefined },
): TestMail[] {
  return page.pattern === undefined
    ? selectPage(db).all({ before: page.before, limit: page.limit })
    : searchPage(db).all({ before: page.before, limit: page.limit, pattern: page.pattern });
}

/** One message with its gzipped source. */
export function findTestMail(
  db: Connection,
  id: number,
): (TestMail & { raw: Uint8Array }) | undefined {
  return selectMail(db).get(id);
}

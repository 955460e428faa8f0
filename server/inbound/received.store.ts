import type { Connection } from "../platform/db/driver.ts";
import { inTransaction, statement } from "../platform/db/statements.ts";

export type ReceivedKind =
  | "bounce"
  | "complaint"
  | "unsubscribe"
  | "report"
  | "auto_reply"
  | "reply"
  | "role";

/** A stored message from outside; `raw` is gzipped. */
export type ReceivedMail = {
  receivedAt: number;
  kind: ReceivedKind;
  isPersonal: 0 | 1;
  envelopeFrom: string;
  envelopeTo: string;
  headerFrom: string;
  subject: string;
  sizeBytes: number;
  campaignId: number | null;
  seq: number | null;
  said: string;
  raw: Uint8Array;
};

export type ReceivedLimits = { messages: number; bytes: number };

const insertMail = statement<[ReceivedMail]>(`
  INSERT INTO received_mail
         (received_at, kind, is_personal, envelope_from, envelope_to, header_from, subject, size_bytes,
          campaign_id, seq, said, raw)
  VALUES (@receivedAt, @kind, @isPersonal, @envelopeFrom, @envelopeTo, @headerFrom, @subject, @sizeBytes,
          @campaignId, @seq, @said, @raw)
`);

const selectSize = statement<[isPersonal: number], ReceivedLimits>(`
  SELECT COUNT(*) AS messages, COALESCE(SUM(LENGTH(raw)), 0) AS bytes
    FROM received_mail
   WHERE is_personal = ?
`);

const selectOldest = statement<[isPersonal: number], { id: number; bytes: number }>(`
  SELECT id, LENGTH(raw) AS bytes
    FROM received_mail INDEXED BY received_mail_trim
   WHERE is_personal = ?
   ORDER BY id
   LIMIT 100
`);

const deleteUpTo = statement<[isPersonal: number, id: number]>(
  "DELETE FROM received_mail WHERE is_personal = ? AND id <= ?",
);

/** Stores a message in its own transaction and makes it survive a power cut. */
export function insertReceived(db: Connection, mail: ReceivedMail): void {
  inTransaction(db, () => insertMail(db).run(mail));
  // In WAL mode a commit alone may only be in the kernel's memory; a checkpoint syncs the log first.
  db.pragma("wal_checkpoint(PASSIVE)");
}

export function measureReceived(db: Connection, isPersonal: 0 | 1): ReceivedLimits {
  return selectSize(db).get(isPersonal) ?? { messages: 0, bytes: 0 };
}

/** Deletes the oldest messages of this kind until `size` is within the limits; returns the new size. */
export function trimReceived(
  db: Connection,
  isPersonal: 0 | 1,
  size: ReceivedLimits,
  limits: ReceivedLimits,
): ReceivedLimits {
  let { messages, bytes } = size;
  while (messages > limits.messages || bytes > limits.bytes) {
    const oldest = selectOldest(db).all(isPersonal);
    let last: number | undefined;
    for (const row of oldest) {
      if (messages <= limits.messages && bytes <= limits.bytes) {
        break;
      }
      last = row.id;
      messages -= 1;
      bytes -= row.bytes;
    }
    if (last === undefined) {
      return measureReceived(db, isPersonal);
    }
    deleteUpTo(db).run(isPersonal, last);
  }
  return { messages, bytes };
}

const deleteOne = statement<[id: number]>("DELETE FROM received_mail WHERE id = ?");

export function deleteReceived(db: Connection, id: number): boolean {
  return deleteOne(db).run(id).changes === 1;
}

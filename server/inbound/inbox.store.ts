import type { Connection } from "../platform/db/driver.ts";
import { inTransaction, statement } from "../platform/db/statements.ts";

/** A stored message; `raw` is gzipped. */
export type StoredMail = {
  receivedAt: number;
  envelopeFrom: string;
  envelopeTo: string;
  messageId: string;
  subject: string;
  sizeBytes: number;
  raw: Uint8Array;
};

/** The size of a test inbox: number of messages, and bytes as stored. */
export type InboxSize = { messages: number; bytes: number };

const insertMessage = statement<[StoredMail]>(`
  INSERT INTO test_message
         (received_at, envelope_from, envelope_to, message_id, subject, size_bytes, raw)
  VALUES (@receivedAt, @envelopeFrom, @envelopeTo, @messageId, @subject, @sizeBytes, @raw)
`);

const selectSize = statement<[], InboxSize>(`
  SELECT COUNT(*) AS messages, COALESCE(SUM(LENGTH(raw)), 0) AS bytes
    FROM test_message
`);

const selectOldest = statement<[limit: number], { id: number; bytes: number }>(`
  SELECT id, LENGTH(raw) AS bytes
    FROM test_message
   ORDER BY id
   LIMIT ?
`);

const deleteUpTo = statement<[id: number]>(`
  DELETE FROM test_message
   WHERE id <= ?
`);

const SLICE = 500;

/** Stores messages in one transaction. */
export function insertMessages(db: Connection, mails: StoredMail[]): void {
  inTransaction(db, () => {
    for (const mail of mails) {
      insertMessage(db).run(mail);
    }
  });
}

/** Counts the stored messages. This reads every row, so the caller should cache the result. */
export function measureInbox(db: Connection): InboxSize {
  return selectSize(db).get() ?? { messages: 0, bytes: 0 };
}

/** Deletes the oldest messages until `size` is within both limits; returns the new size. */
export function trimInbox(db: Connection, size: InboxSize, limits: InboxSize): InboxSize {
  let left = size;
  while (left.messages > limits.messages || left.bytes > limits.bytes) {
    const removed = removeOldest(db, left, limits);
    if (removed.messages === 0) {
      return { messages: 0, bytes: 0 };
    }
    left = { messages: left.messages - removed.messages, bytes: left.bytes - removed.bytes };
  }
  return left;
}

function removeOldest(db: Connection, size: InboxSize, limits: InboxSize): InboxSize {
  const removed = { messages: 0, bytes: 0 };
  let last = 0;
  for (const row of selectOldest(db).all(SLICE)) {
    if (
      size.messages - removed.messages <= limits.messages &&
      size.bytes - removed.bytes <= limits.bytes
    ) {
      break;
    }
    last = row.id;
    removed.messages += 1;
    removed.bytes += row.bytes;
  }
  deleteUpTo(db).run(last);
  return removed;
}

/** Deletes all present messages, in one transaction per slice; returns how many. */
export function clearMessages(db: Connection): number {
  let removed = 0;
  for (;;) {
    const last = selectOldest(db).all(SLICE).at(-1);
    if (last === undefined) {
      return removed;
    }
    removed += deleteUpTo(db).run(last.id).changes;
  }
}

const deleteOne = statement<[id: number]>("DELETE FROM test_message WHERE id = ?");

/** @returns false when it did not exist. */
export function deleteMessage(db: Connection, id: number): boolean {
  return deleteOne(db).run(id).changes === 1;
}

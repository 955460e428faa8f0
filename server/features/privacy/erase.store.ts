import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

type Person = { contactId: number; pseudonym: string };

// Sent messages stay in the campaigns without personal data, so that counters and states still add up.
const messageAddress = statement<[Person]>(
  "UPDATE message SET address = @pseudonym WHERE contact_id = @contactId",
);
const attemptReply = statement<[Pick<Person, "contactId">]>(`
  UPDATE attempt SET reply = ''
   WHERE id IN (SELECT a.id FROM message m JOIN attempt a ON a.campaign_id = m.campaign_id AND a.seq = m.seq
                 WHERE m.contact_id = @contactId)
`);
const bounceReport = statement<[Pick<Person, "contactId">]>(`
  UPDATE bounce_report SET reply = '', address = ''
   WHERE id IN (SELECT b.id FROM message m
                  JOIN bounce_report b ON b.campaign_id = m.campaign_id AND b.seq = m.seq
                 WHERE m.contact_id = @contactId)
`);
const eventTraces = statement<[Pick<Person, "contactId">]>(
  "UPDATE event SET ip = '', agent_id = 0 WHERE contact_id = @contactId",
);
const undoRows = statement<[Pick<Person, "contactId">]>(
  "DELETE FROM task_undo WHERE contact_id = @contactId",
);
const signups = statement<[{ address: string }]>(
  "DELETE FROM form_signup WHERE address = @address",
);
// Sign-ups with an address that the person has changed since.
const earlierSignups = statement<[Pick<Person, "contactId">]>(
  "DELETE FROM form_signup WHERE contact_id = @contactId",
);
const softBounces = statement<[{ address: string }]>(
  "DELETE FROM soft_bounce WHERE address = @address",
);
// Other people's requests to change to this address.
const addressChanges = statement<[{ address: string }]>(
  "DELETE FROM address_change WHERE address = @address",
);
const suppressionRow = statement<[{ address: string }]>(
  "DELETE FROM suppression WHERE address = @address",
);
const keptLeaves = statement<[{ address: string }]>(
  "DELETE FROM kept_leave WHERE address = @address",
);
const keptBreak = statement<[{ address: string }]>(
  "DELETE FROM kept_break WHERE address = @address",
);
const endedBreaks = statement<[{ now: number; limit: number }]>(`
  DELETE FROM kept_break
   WHERE address IN (SELECT address FROM kept_break WHERE until <= @now LIMIT @limit)
`);
const inboxMessages = statement<[address: string]>(
  "DELETE FROM test_message WHERE envelope_to = ? COLLATE NOCASE",
);
// Mail from the person, and replies to our mail, which may quote them.
const receivedMail = statement<[{ address: string; messages: string }]>(`
  DELETE FROM received_mail
   WHERE envelope_from = @address COLLATE NOCASE
      OR instr(lower(header_from), @address) > 0
      OR instr(lower(said), @address) > 0
      OR (campaign_id, seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(@messages))
`);
const selectMessages = statement<[contactId: number], { messages: string }>(`
  SELECT json_group_array(json_array(campaign_id, seq)) AS messages FROM message WHERE contact_id = ?
`);

// Messages keep the id of a contact that was deleted. They have no index on the address, so all messages of a campaign
// are read.
const selectDeleted = statement<
  [{ campaignId: number; addresses: string }],
  { contactId: number; address: string }
>(`
  SELECT DISTINCT contact_id AS contactId, address FROM message
   WHERE campaign_id = @campaignId
     AND address IN (SELECT value FROM json_each(@addresses))
     AND NOT EXISTS (SELECT 1 FROM contact WHERE contact.id = message.contact_id)
`);
const selectCampaignIds = statement<[after: number], { id: number }>(
  "SELECT id FROM campaign WHERE id > ? ORDER BY id LIMIT 1",
);

type StoredRaw = { id: number; raw: Buffer };
const mailAfter = (table: InboxTable) =>
  statement<[after: number, limit: number], StoredRaw>(
    `SELECT id, raw FROM ${table} WHERE id > ? ORDER BY id LIMIT ?`,
  );
const mailWithId = (table: InboxTable) =>
  statement<[id: number]>(`DELETE FROM ${table} WHERE id = ?`);
const selectMail = {
  test_message: mailAfter("test_message"),
  received_mail: mailAfter("received_mail"),
};
const deleteMail = {
  test_message: mailWithId("test_message"),
  received_mail: mailWithId("received_mail"),
};

type RejectKey = { importId: number; rowNo: number };
const selectRejects = statement<[RejectKey & { limit: number }], RejectKey & { raw: string }>(`
  SELECT import_id AS importId, row_no AS rowNo, raw FROM import_reject
   WHERE (import_id, row_no) > (@importId, @rowNo)
   ORDER BY import_id, row_no
   LIMIT @limit
`);
const deleteRejectRow = statement<[importId: number, rowNo: number]>(
  "DELETE FROM import_reject WHERE import_id = ? AND row_no = ?",
);

const expireExportFiles = statement<[{ now: number }]>(`
  UPDATE task_file SET expires_at = @now, size_bytes = 0
   WHERE expires_at > @now AND task_id IN (SELECT id FROM task WHERE kind = 'export')
`);
const expireFilesOf = statement<[{ contactId: number | null; address: string; now: number }]>(`
  UPDATE task_file SET expires_at = @now, size_bytes = 0
   WHERE expires_at > @now
     AND task_id IN (SELECT task_id FROM person_request
                      WHERE kind = 'export' AND (contact_id = @contactId OR address = @address))
`);
// When an export starts again, what it wrote before is no longer part of its file.
const selectForgotten = statement<[now: number, mark: string], { name: string }>(`
  SELECT f.name FROM task_file f CROSS JOIN task t ON t.id = f.task_id
   WHERE f.expires_at <= ?
      OR (t.kind = 'export' AND t.state IN ('queued', 'running') AND t.cursor GLOB ? || '*')
`);

/** The number of rows that an erasure changed, per kind. */
export type ErasedCounts = Record<
  "messages" | "attempts" | "bounces" | "events" | "signups" | "suppressions" | "softBounces",
  number
>;

/**
 * Removes a contact from the data that stays, in the caller's transaction. The contact's own rows are deleted too.
 */
export function erasePerson(
  db: Connection,
  person: { contactId: number; address: string; pseudonym: string },
): ErasedCounts {
  const { contactId, address, pseudonym } = person;
  // Runs before the messages lose their address, because rows are found through the contact.
  const counts = {
    attempts: attemptReply(db).run({ contactId }).changes,
    bounces: bounceReport(db).run({ contactId }).changes,
    messages: messageAddress(db).run({ contactId, pseudonym }).changes,
    events: eventTraces(db).run({ contactId }).changes,
    ...eraseAddress(db, address),
  };
  counts.signups += earlierSignups(db).run({ contactId }).changes;
  undoRows(db).run({ contactId });
  return counts;
}

/** Removes an address from tables that store it without a contact. */
export function eraseAddress(db: Connection, address: string) {
  addressChanges(db).run({ address });
  return {
    softBounces: softBounces(db).run({ address }).changes,
    signups: signups(db).run({ address }).changes,
    suppressions: suppressionRow(db).run({ address }).changes,
  };
}

/** Removes the unsubscribes and breaks that the deletion of the contacts kept. */
export function forgetKept(db: Connection, address: string): void {
  keptLeaves(db).run({ address });
  keptBreak(db).run({ address });
}

/** Removes breaks that are over, up to `limit`. Returns how many. */
export const forgetEndedBreaks = (db: Connection, now: number, limit: number): number =>
  endedBreaks(db).run({ now, limit }).changes;

/**
 * Deletes messages to an address from the test inbox, and incoming mail from it or about it.
 *
 * @param messages JSON from `messagesOf`, read while the contact still has them.
 */
export function eraseFromInbox(inbox: Connection, address: string, messages: string): number {
  return (
    inboxMessages(inbox).run(address).changes +
    receivedMail(inbox).run({ address, messages }).changes
  );
}

/** JSON: campaign and number of each message of a contact. */
export function messagesOf(db: Connection, contactId: number): string {
  return selectMessages(db).get(contactId)?.messages ?? "[]";
}

/** The next rejected import rows, as they were in their files. */
export function rejectsAfter(db: Connection, after: RejectKey, limit: number) {
  return selectRejects(db).all({ ...after, limit });
}

export function deleteReject(db: Connection, importId: number, rowNo: number): void {
  deleteRejectRow(db).run(importId, rowNo);
}

export type InboxTable = "test_message" | "received_mail";

/** The next stored messages, gzipped as they arrived. */
export function inboxMailAfter(inbox: Connection, table: InboxTable, after: number, limit: number) {
  return selectMail[table](inbox).all(after, limit);
}

export function deleteInboxMail(inbox: Connection, table: InboxTable, id: number): void {
  deleteMail[table](inbox).run(id);
}

/** Expires the files of all finished exports, which may contain the person. Returns how many. */
export const expireExports = (db: Connection, now: number): number =>
  expireExportFiles(db).run({ now }).changes;

/** Expires the archives of a person's data. Returns how many. */
export const expirePersonFiles = (
  db: Connection,
  { contactId, address }: { contactId: number | null; address: string },
  now: number,
): number => expireFilesOf(db).run({ contactId, address, now }).changes;

/**
 * The names of all files that nobody needs any more: expired ones, and those of exports that start again.
 *
 * @param mark Begins the cursor of an export that starts again.
 */
export const forgottenFiles = (db: Connection, now: number, mark: string): string[] =>
  selectForgotten(db)
    .all(now, mark)
    .map(({ name }) => name);

/** The next campaign after this one; undefined after the last. */
export const campaignAfter = (db: Connection, after: number): number | undefined =>
  selectCampaignIds(db).get(after)?.id;

/** Deleted contacts to whom a campaign was sent at one of these addresses. */
export const deletedRecipients = (
  db: Connection,
  campaignId: number,
  addresses: readonly string[],
) => selectDeleted(db).all({ campaignId, addresses: JSON.stringify(addresses) });

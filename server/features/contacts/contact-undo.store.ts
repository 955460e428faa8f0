import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { ContactSnapshot, Value } from "./contact-rows.store.ts";
import type { FieldValue } from "./contacts.rules.ts";

/** What a bulk action changed about one contact, as it was before. */
export type Before =
  | { deleted: ContactSnapshot }
  | { joined: number }
  | { left: Record<string, Value> }
  | { suppressed: string }
  | { field: string; value: FieldValue | null }
  | { tagged: number }
  | { untagged: number };

type UndoRow = { contactId: number; before: string };

const insert = statement<[actionId: number, contactId: number, before: string]>(`
  INSERT INTO bulk_undo (action_id, contact_id, before) VALUES (?, ?, ?)
  ON CONFLICT (action_id, contact_id) DO NOTHING
`);
const selectSome = statement<[actionId: number, limit: number], UndoRow>(`
  SELECT contact_id AS contactId, before FROM bulk_undo WHERE action_id = ? ORDER BY contact_id LIMIT ?
`);
const deleteRow = statement<[actionId: number, contactId: number]>(
  "DELETE FROM bulk_undo WHERE action_id = ? AND contact_id = ?",
);
const queue = statement<[{ id: number; now: number }]>(`
  UPDATE bulk_action SET undo_state = 'queued'
   WHERE id = @id AND undo_state = 'none' AND undo_until > @now AND state NOT IN ('queued', 'running')
`);
const moveOn = statement<[by: number, id: number]>(
  "UPDATE bulk_action SET undone_count = undone_count + ? WHERE id = ?",
);
const finish = statement<[id: number]>(
  "UPDATE bulk_action SET undo_state = 'done', undo_until = NULL WHERE id = ?",
);
const deleteExpired = statement<[now: number, limit: number]>(`
  DELETE FROM bulk_undo WHERE (action_id, contact_id) IN (
    SELECT u.action_id, u.contact_id FROM bulk_action a JOIN bulk_undo u ON u.action_id = a.id
     WHERE a.undo_until <= ? AND a.undo_state = 'none' LIMIT ?)
`);
const selectMembership = statement<[listId: number, contactId: number], Record<string, Value>>(
  "SELECT * FROM list_contact WHERE list_id = ? AND contact_id = ?",
);
/** Keeps what a contact was before, in the transaction that changes it. */
export function keepBefore(
  db: Connection,
  actionId: number,
  contactId: number,
  before: Before,
): void {
  insert(db).run(actionId, contactId, JSON.stringify(before));
}

export function someToUndo(db: Connection, actionId: number, limit: number) {
  return selectSome(db)
    .all(actionId, limit)
    .map(({ contactId, before }) => ({ contactId, before: JSON.parse(before) as Before }));
}

export function forgetBefore(db: Connection, actionId: number, contactId: number): void {
  deleteRow(db).run(actionId, contactId);
}

/** False when it runs still, was undone, or its time is over. */
export function queueBulkUndo(db: Connection, id: number, now: number): boolean {
  return queue(db).run({ id, now }).changes === 1;
}

export function advanceBulkUndo(db: Connection, id: number, by: number): void {
  moveOn(db).run(by, id);
}

export function finishBulkUndo(db: Connection, id: number): void {
  finish(db).run(id);
}

/** Forgets what can no longer be undone, some at a time; returns how many. */
export function forgetExpiredUndo(db: Connection, now: number, limit: number): number {
  return deleteExpired(db).run(now, limit).changes;
}

export function membershipRow(db: Connection, listId: number, contactId: number) {
  return selectMembership(db).get(listId, contactId);
}

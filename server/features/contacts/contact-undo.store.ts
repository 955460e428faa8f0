import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { ContactSnapshot, Value } from "./contact-rows.store.ts";
import type { FieldValue } from "./contacts.rules.ts";

/** The previous state of what a task changed in one contact. */
export type Before =
  | { deleted: ContactSnapshot }
  | { joined: number }
  | { left: Record<string, Value> }
  | { suppressed: string }
  | { field: string; value: FieldValue | null }
  | { tagged: number[]; untagged: number[] };

type UndoRow = { contactId: number; before: string };

const insert = statement<[taskId: number, contactId: number, before: string]>(`
  INSERT INTO task_undo (task_id, contact_id, before) VALUES (?, ?, ?)
  ON CONFLICT (task_id, contact_id) DO NOTHING
`);
const selectSome = statement<[taskId: number, limit: number], UndoRow>(`
  SELECT contact_id AS contactId, before FROM task_undo WHERE task_id = ? ORDER BY contact_id LIMIT ?
`);
const deleteRow = statement<[taskId: number, contactId: number]>(
  "DELETE FROM task_undo WHERE task_id = ? AND contact_id = ?",
);
const deleteExpired = statement<[now: number, limit: number]>(`
  DELETE FROM task_undo WHERE (task_id, contact_id) IN (
    SELECT u.task_id, u.contact_id FROM task t JOIN task_undo u ON u.task_id = t.id
     WHERE t.undo_until <= ? AND t.undo_state = 'none' LIMIT ?)
`);
const selectMembership = statement<[listId: number, contactId: number], Record<string, Value>>(
  "SELECT * FROM list_contact WHERE list_id = ? AND contact_id = ?",
);
/** Stores a contact's previous state, in the transaction that changes it. */
export function keepBefore(
  db: Connection,
  taskId: number,
  contactId: number,
  before: Before,
): void {
  insert(db).run(taskId, contactId, JSON.stringify(before));
}

export function contactsToUndo(db: Connection, taskId: number, limit: number) {
  return selectSome(db)
    .all(taskId, limit)
    .map(({ contactId, before }) => ({ contactId, before: JSON.parse(before) as Before }));
}

export function forgetBefore(db: Connection, taskId: number, contactId: number): void {
  deleteRow(db).run(taskId, contactId);
}

/** Deletes states that can no longer be undone, a limited number at a time. Returns how many. */
export function forgetExpiredUndo(db: Connection, now: number, limit: number): number {
  return deleteExpired(db).run(now, limit).changes;
}

export function membershipRow(db: Connection, listId: number, contactId: number) {
  return selectMembership(db).get(listId, contactId);
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type NoteRow = {
  id: number;
  contactId: number;
  text: string;
  createdBy: string;
  createdAt: number;
  updatedAt: number;
};

const columns = `id, contact_id AS contactId, text, created_by AS createdBy, created_at AS createdAt,
  updated_at AS updatedAt`;

const insert = statement<[{ contactId: number; text: string; by: string; now: number }], NoteRow>(`
  INSERT INTO contact_note (contact_id, text, created_by, created_at, updated_at)
  SELECT id, @text, @by, @now, @now FROM contact WHERE id = @contactId
  RETURNING ${columns}
`);
const update = statement<[{ contactId: number; id: number; text: string; now: number }], NoteRow>(`
  UPDATE contact_note SET text = @text, updated_at = @now WHERE id = @id AND contact_id = @contactId
  RETURNING ${columns}
`);
const remove = statement<[id: number, contactId: number]>(
  "DELETE FROM contact_note WHERE id = ? AND contact_id = ?",
);

/** Undefined when there is no such contact. */
export function insertNote(
  db: Connection,
  note: { contactId: number; text: string; by: string; now: number },
): NoteRow | undefined {
  return insert(db).get(note);
}

/** Undefined when the contact has no such note. */
export function updateNote(
  db: Connection,
  note: { contactId: number; id: number; text: string; now: number },
): NoteRow | undefined {
  return update(db).get(note);
}

export function deleteNote(db: Connection, contactId: number, id: number): boolean {
  return remove(db).run(id, contactId).changes === 1;
}

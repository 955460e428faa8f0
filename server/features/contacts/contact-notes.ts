import type { Connection } from "../../platform/db/driver.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import { deleteNote, insertNote, type NoteRow, updateNote } from "./contact-notes.store.ts";

/** Writes a note on a contact. @throws AppError `not_found`, `invalid_input` for an empty one. */
export function addNote(
  db: Connection,
  note: { contactId: number; text: string; by: string; now: number },
): NoteRow {
  const added = insertNote(db, { ...note, text: readText(note.text) });
  if (added === undefined) {
    throw notFound("contact");
  }
  return added;
}

/** @throws AppError `not_found`, `invalid_input` for an empty one. */
export function changeNote(
  db: Connection,
  note: { contactId: number; id: number; text: string; now: number },
): NoteRow {
  const changed = updateNote(db, { ...note, text: readText(note.text) });
  if (changed === undefined) {
    throw notFound("note");
  }
  return changed;
}

/** @throws AppError `not_found` */
export function removeNote(db: Connection, contactId: number, id: number): void {
  if (!deleteNote(db, contactId, id)) {
    throw notFound("note");
  }
}

function readText(written: string): string {
  const text = written.trim();
  if (text === "") {
    throw invalidField("text", because("empty"));
  }
  return text;
}

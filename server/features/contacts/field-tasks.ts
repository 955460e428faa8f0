import type { Connection } from "../../platform/db/driver.ts";
import { type Step, type StepOf, stepwise } from "../tasks/task-kind.service.ts";
import {
  createFieldIndex,
  dropFieldIndex,
  endRename,
  findFieldIndex,
  forgetField,
  listFields,
  moveFieldValues,
  removeValues,
} from "./contact-fields.store.ts";
import { highestContactId } from "./contacts.store.ts";

/** Contacts processed in one step: about 10 ms, during which other writers of the workspace wait. */
const AT_ONCE = 2_000;

/** Moves values to a field's new key. Payload: `{ fieldId, old, key }`. */
const renameStep: StepOf = (db, { payload, cursor }, now) => {
  const { fieldId, old, key } = payload as { fieldId: number; old: string; key: string };
  if (cursor === null) {
    dropFieldIndex(db, { id: fieldId });
  }
  const step = walk(db, cursor, (after, to) => moveFieldValues(db, { after, to, old, key, now }));
  if (step.cursor === undefined) {
    endRename(db, fieldId);
  }
  return step;
};

/** Deletes a removed field's values, then the field. Payload: `{ fieldId, key }`. */
const removeStep: StepOf = (db, { payload, cursor }, now) => {
  const { fieldId, key } = payload as { fieldId: number; key: string };
  if (cursor === null) {
    dropFieldIndex(db, { id: fieldId });
  }
  const step = walk(db, cursor, (after, to) => removeValues(db, { after, to, key, now }));
  if (step.cursor === undefined) {
    forgetField(db, fieldId);
  }
  return step;
};

/** Creates the index of a field that a segment uses. Payload: `{ fieldId }`. */
const indexStep: StepOf = (db, { payload }) => {
  const { fieldId } = payload as { fieldId: number };
  const field = listFields(db).find((one) => one.id === fieldId);
  // A field that was deleted or is being renamed needs no index now; the next filter requests it again.
  if (field !== undefined && field.oldKey === null && findFieldIndex(db, field) === undefined) {
    createFieldIndex(db, field);
  }
  return { done: 0, cursor: undefined };
};

/** The kinds by name. Creating an index is a single statement that takes seconds. */
export const fieldTasks = {
  field_rename: stepwise("field_rename", renameStep),
  field_remove: stepwise("field_remove", removeStep),
  field_index: stepwise("field_index", indexStep, "task.index"),
};

function walk(
  db: Connection,
  cursor: string | null,
  change: (after: number, to: number) => number,
): Step {
  const after = Number(cursor ?? 0);
  const to = after + AT_ONCE;
  const done = change(after, to);
  return { done, cursor: to >= highestContactId(db) ? undefined : String(to) };
}

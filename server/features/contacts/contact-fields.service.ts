import type { Connection } from "../../platform/db/driver.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import { type FieldType, fieldKeyFault, fieldKeyFrom } from "./contacts.rules.ts";
import {
  deleteField,
  insertField,
  listFields,
  type StoredField,
  updateField,
} from "./contacts.store.ts";

export { type FieldType, readFieldValue } from "./contacts.rules.ts";
export { listFields, type StoredField } from "./contacts.store.ts";

const MAX_FIELDS = 100;
const MAX_CHOICES = 100;

/**
 * Adds a custom field. Without a key, one is made from the label.
 *
 * @throws AppError `conflict` for a key that is taken, `invalid_input`, `illegal_state` past 100 fields.
 */
export function createField(
  db: Connection,
  input: {
    key?: string | undefined;
    label: string;
    type: FieldType;
    choices?: string[] | undefined;
  },
  now: number,
): StoredField {
  const label = input.label.trim();
  if (label === "") {
    throw invalidField("label", "is empty");
  }
  const key = input.key ?? fieldKeyFrom(label);
  const fault = fieldKeyFault(key);
  if (fault !== undefined) {
    throw invalidField("key", fault);
  }
  if (listFields(db).length >= MAX_FIELDS) {
    throw new AppError("illegal_state", `A workspace has at most ${MAX_FIELDS} custom fields.`);
  }
  const choices = readChoices(input.type, input.choices ?? []);
  const field = insertField(db, { key, label, type: input.type, choices }, now);
  if (field === undefined) {
    const reason = `the field ${key} exists already`;
    throw new AppError("conflict", reason, { fields: [{ field: "key", reason }] });
  }
  return field;
}

/** Changes a field's label or choices; key and type stay, since templates and contacts rely on them. @throws AppError */
export function changeField(
  db: Connection,
  id: number,
  input: { label?: string | undefined; choices?: string[] | undefined },
): StoredField {
  const old = listFields(db).find((field) => field.id === id);
  if (old === undefined) {
    throw notFound("field");
  }
  const label = (input.label ?? old.label).trim();
  if (label === "") {
    throw invalidField("label", "is empty");
  }
  const choices = readChoices(old.type, input.choices ?? old.choices);
  return updateField(db, id, label, choices) ?? old;
}

/** Removes a field; contacts no longer show it. @throws AppError `not_found` */
export function removeField(db: Connection, id: number): void {
  if (!deleteField(db, id)) {
    throw notFound("field");
  }
}

function readChoices(type: FieldType, written: string[]): string[] {
  if (type !== "choice") {
    return [];
  }
  const byFold = new Map(
    written
      .map((choice) => choice.trim())
      .filter((choice) => choice !== "")
      .map((choice) => [choice.toLowerCase(), choice]),
  );
  if (byFold.size === 0) {
    throw invalidField("choices", "a choice field needs at least one");
  }
  if (byFold.size > MAX_CHOICES) {
    throw invalidField("choices", `there are more than ${MAX_CHOICES}`);
  }
  return [...byFold.values()];
}

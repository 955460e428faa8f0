import { refuseWhileFreezing } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { isWritable } from "../../platform/db/write-turn.ts";
import { AppError, because, invalidField, notFound, refusedField } from "../../platform/errors.ts";
import { startTask, type TaskContext } from "../tasks/tasks.service.ts";
import {
  fieldValueSql,
  findFieldIndex,
  hideField,
  insertField,
  listFields,
  renameField,
  type StoredField,
  updateField,
} from "./contact-fields.store.ts";
import { type FieldType, fieldKeyFault, fieldKeyFrom } from "./contacts.rules.ts";
import { fieldTasks } from "./field-tasks.ts";

export { fieldKeyFrom } from "./contacts.rules.ts";

import { keptCount } from "./contacts.store.ts";

export { listFields, type StoredField } from "./contact-fields.store.ts";
export { type FieldType, type FieldValue, readFieldValue } from "./contacts.rules.ts";
export { highestContactId } from "./contacts.store.ts";
export { fieldTasks };

const MAX_FIELDS = 100;
const MAX_CHOICES = 100;

/**
 * Adds a custom field. Without a key, one is derived from the label.
 *
 * @throws AppError `conflict` for a key that is taken, `invalid_input`, `limit_reached` beyond 100 fields.
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
    throw invalidField("label", because("empty"));
  }
  const key = input.key ?? fieldKeyFrom(label);
  const fault = fieldKeyFault(key);
  if (fault !== undefined) {
    throw invalidField("key", fault);
  }
  if (listFields(db).length >= MAX_FIELDS) {
    throw new AppError("limit_reached", because("too_many_fields", { max: MAX_FIELDS }));
  }
  const choices = readChoices(input.type, input.choices ?? []);
  const field = insertField(db, { key, label, type: input.type, choices }, now);
  if (field === undefined) {
    throw refusedField("conflict", "key", because("field_key_exists", { key }));
  }
  return field;
}

/**
 * Changes a field's label, choices or key; its type cannot change. Templates and the API use a new key at once, while
 * a task moves the contacts' values to it.
 *
 * @throws AppError `not_found`, `invalid_input`, `conflict` for a key that is taken, `illegal_state` while values are
 * being moved.
 */
export function changeField(
  context: TaskContext,
  id: number,
  input: { label?: string | undefined; choices?: string[] | undefined; key?: string | undefined },
): StoredField {
  const { db } = context;
  const old = requireField(db, id);
  const label = (input.label ?? old.label).trim();
  if (label === "") {
    throw invalidField("label", because("empty"));
  }
  const choices = readChoices(old.type, input.choices ?? old.choices);
  return inTransaction(db, () => {
    const changed = updateField(db, id, label, choices) ?? old;
    return input.key === undefined || input.key === old.key
      ? changed
      : rename(context, changed, input.key);
  });
}

function rename(context: TaskContext, field: StoredField, key: string): StoredField {
  const fault = fieldKeyFault(key);
  if (fault !== undefined) {
    throw invalidField("key", fault);
  }
  const renamed = renameField(context.db, field.id, key);
  if (renamed === undefined) {
    throw field.oldKey === null
      ? refusedField("conflict", "key", because("field_key_exists", { key }))
      : refusedField("illegal_state", "key", because("field_key_moves"));
  }
  const payload = { fieldId: field.id, old: field.key, key };
  startTask(context, fieldTasks.field_rename, {
    payload,
    total: keptCount(context.db, "contacts"),
  });
  return renamed;
}

/**
 * Removes a field. It disappears at once, and a task deletes its values from the contacts.
 *
 * @throws AppError `not_found`, `illegal_state` during a rename, `in_use` while the recipients of a campaign are
 * being found.
 */
export function removeField(context: TaskContext, id: number) {
  const { db } = context;
  const { key } = requireField(db, id);
  return inTransaction(db, () => {
    refuseWhileFreezing(db);
    if (hideField(db, id, context.now) === undefined) {
      throw new AppError("illegal_state", because("field_values_move"));
    }
    const total = keptCount(db, "contacts");
    return startTask(context, fieldTasks.field_remove, { payload: { fieldId: id, key }, total });
  });
}

/**
 * Requests an index for a field that a filter uses, if it has none. True when the caller should wait for it. While
 * another connection holds the write lock, no index is requested: the filter works without it, and the next one
 * requests it again.
 */
export function ensureFieldIndex(context: TaskContext, field: StoredField): boolean {
  if (findFieldIndex(context.db, field) !== undefined) {
    return false;
  }
  if (isWritable(context.db)) {
    startTask(context, fieldTasks.field_index, { payload: { fieldId: field.id } });
  }
  return true;
}

/** @throws AppError `not_found` */
export function requireField(db: Connection, id: number): StoredField {
  const field = listFields(db).find((one) => one.id === id);
  if (field === undefined) {
    throw notFound("field");
  }
  return field;
}

function readChoices(type: FieldType, written: string[]): string[] {
  if (type !== "choice" && type !== "multi_choice") {
    return [];
  }
  const bad = written.find((choice) => type === "multi_choice" && /[;|]/.test(choice));
  if (bad !== undefined) {
    throw invalidField("choices", because("choice_separator", { choice: bad }));
  }
  const byFold = new Map(
    written
      .map((choice) => choice.trim())
      .filter((choice) => choice !== "")
      .map((choice) => [choice.toLowerCase(), choice]),
  );
  if (byFold.size === 0) {
    throw invalidField("choices", because("no_choices"));
  }
  if (byFold.size > MAX_CHOICES) {
    throw invalidField("choices", because("too_many_choices", { max: MAX_CHOICES }));
  }
  return [...byFold.values()];
}

/** A field with the SQL expression of its value in `contact`, and its index. */
export type FieldSql = StoredField & { sql: string; index: string | undefined };

/** The fields in the form that filters use. During a rename a value may be under either key, and no index is used. */
export function fieldsWithSql(db: Connection): FieldSql[] {
  return listFields(db).map((field) => {
    const value = fieldValueSql(field.key);
    return field.oldKey === null
      ? { ...field, sql: value, index: findFieldIndex(db, field) }
      : { ...field, sql: `coalesce(${value}, ${fieldValueSql(field.oldKey)})`, index: undefined };
  });
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { FieldSpec, FieldType } from "./contacts.rules.ts";

type FieldRow = {
  id: number;
  key: string;
  label: string;
  type: FieldType;
  choices: string;
  oldKey: string | null;
  createdAt: number;
};

export type StoredField = FieldSpec & {
  id: number;
  /** During a rename: the old key, where contacts not yet processed still have their value. */
  oldKey: string | null;
  createdAt: number;
};

const fieldColumns = "id, key, label, type, choices, old_key AS oldKey, created_at AS createdAt";

const selectFields = statement<[], FieldRow>(
  `SELECT ${fieldColumns} FROM contact_field WHERE removed_at IS NULL ORDER BY id`,
);

const insertFieldRow = statement<
  [{ key: string; label: string; type: string; choices: string; now: number }],
  FieldRow
>(`
  INSERT INTO contact_field (key, label, type, choices, created_at)
  SELECT @key, @label, @type, @choices, @now
   WHERE NOT EXISTS (SELECT 1 FROM contact_field WHERE old_key = @key)
  ON CONFLICT (key) DO NOTHING
  RETURNING ${fieldColumns}
`);

const updateFieldRow = statement<[label: string, choices: string, id: number], FieldRow>(
  `UPDATE contact_field SET label = ?, choices = ? WHERE id = ? RETURNING ${fieldColumns}`,
);

const renameFieldRow = statement<[{ id: number; key: string }], FieldRow>(`
  UPDATE OR IGNORE contact_field
     SET old_key = key, key = @key
   WHERE id = @id AND old_key IS NULL AND removed_at IS NULL AND key <> @key
     AND NOT EXISTS (SELECT 1 FROM contact_field WHERE old_key = @key)
  RETURNING ${fieldColumns}
`);

const forgetOldKey = statement<[id: number]>(
  "UPDATE contact_field SET old_key = NULL WHERE id = ?",
);

const hideFieldRow = statement<[now: number, id: number], FieldRow>(`
  UPDATE contact_field SET removed_at = ?
   WHERE id = ? AND removed_at IS NULL AND old_key IS NULL
  RETURNING ${fieldColumns}
`);

const deleteFieldRow = statement<[id: number]>(
  "DELETE FROM contact_field WHERE id = ? AND removed_at IS NOT NULL",
);

/** The workspace's custom fields, oldest first. */
export function listFields(db: Connection): StoredField[] {
  return selectFields(db).all().map(toField);
}

/** Undefined when the key is taken. */
export function insertField(db: Connection, field: FieldSpec, now: number) {
  const choices = JSON.stringify(field.choices);
  const { key, label, type } = field;
  const row = insertFieldRow(db).get({ key, label, type, choices, now });
  return row && toField(row);
}

export function updateField(db: Connection, id: number, label: string, choices: string[]) {
  const row = updateFieldRow(db).get(label, JSON.stringify(choices), id);
  return row && toField(row);
}

/** Gives the field another key; undefined when it is taken or the previous rename is not finished. */
export function renameField(db: Connection, id: number, key: string) {
  const row = renameFieldRow(db).get({ id, key });
  return row && toField(row);
}

/** Records that no contact has a value under the old key any more. */
export function endRename(db: Connection, id: number): void {
  forgetOldKey(db).run(id);
}

/** Hides the field; undefined when it is already hidden or its rename is not finished. */
export function hideField(db: Connection, id: number, now: number) {
  const row = hideFieldRow(db).get(now, id);
  return row && toField(row);
}

/** Deletes a hidden field, so that its key is free again. */
export function forgetField(db: Connection, id: number): void {
  deleteFieldRow(db).run(id);
}

function toField(row: FieldRow): StoredField {
  return { ...row, choices: JSON.parse(row.choices) as string[] };
}

// Keys are names of JSON members, so they are bound as parameters like any value: '$.' || key.
const carryOver = statement<
  [{ after: number; to: number; old: string; key: string; now: number }]
>(`
  UPDATE contact
     SET fields = json_remove(
           CASE WHEN json_type(fields, '$.' || @key) IS NULL
                THEN json_set(fields, '$.' || @key, fields -> ('$.' || @old))
                ELSE fields END, '$.' || @old), updated_at = @now
   WHERE id > @after AND id <= @to AND json_type(fields, '$.' || @old) IS NOT NULL
`);

const takeAway = statement<[{ after: number; to: number; key: string; now: number }]>(`
  UPDATE contact
     SET fields = json_remove(fields, '$.' || @key), updated_at = @now
   WHERE id > @after AND id <= @to AND json_type(fields, '$.' || @key) IS NOT NULL
`);

/** Moves values from one key to another for contacts with ids in (after, to]. Returns how many changed. */
export function moveFieldValues(
  db: Connection,
  move: { after: number; to: number; old: string; key: string; now: number },
): number {
  return carryOver(db).run(move).changes;
}

/** Removes a field's values from contacts with ids in (after, to]. Returns how many had one. */
export function removeValues(
  db: Connection,
  range: { after: number; to: number; key: string; now: number },
): number {
  return takeAway(db).run(range).changes;
}

const selectIndex = statement<[name: string], { name: string }>(
  "SELECT name FROM sqlite_schema WHERE type = 'index' AND name = ?",
);

const indexName = (field: Pick<StoredField, "id">): string => `contact_field_${field.id}`;

/** The SQL of a field's value in `contact`. Throws unless the key follows the rule for keys. */
export function fieldValueSql(key: string): string {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(key)) {
    throw new Error("not the key of a field");
  }
  return `json_extract(fields, '$.${key}')`;
}

/** Texts and their indexes ignore the case of A to Z. */
function collationOf(type: FieldType): "COLLATE NOCASE" | "" {
  return type === "text" || type === "url" || type === "choice" ? "COLLATE NOCASE" : "";
}

/** The name of the field's index, if it has one. */
export function findFieldIndex(db: Connection, field: Pick<StoredField, "id">): string | undefined {
  return selectIndex(db).get(indexName(field))?.name;
}

/** Creates the field's index over the contacts that have a value. Takes half a second for a million contacts. */
export function createFieldIndex(db: Connection, field: StoredField): void {
  const value = fieldValueSql(field.key);
  db.exec(
    `CREATE INDEX IF NOT EXISTS ${indexName(field)}
         ON contact (${value} ${collationOf(field.type)}) WHERE ${value} IS NOT NULL`,
  );
}

export function dropFieldIndex(db: Connection, field: Pick<StoredField, "id">): void {
  db.exec(`DROP INDEX IF EXISTS ${indexName(field)}`);
}

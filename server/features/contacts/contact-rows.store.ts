import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type Value = string | number | null;
type Row = Record<string, Value>;

/** A contact's row and the rows of other tables that are deleted with it. */
export type ContactSnapshot = { contact: Row; rows: Record<string, Row[]> };

// Tables are found in the schema instead of a list in this file, so that a table added later cannot be forgotten.
const selectDependents = statement<[], { name: string; column: string }>(`
  SELECT m.name, f."from" AS "column"
    FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
   WHERE m.type = 'table' AND f."table" = 'contact'
   ORDER BY m.name
`);

const selectContact = statement<[id: number], Row>("SELECT * FROM contact WHERE id = ?");

// Names come only from the schema; values are always parameters.
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** Reads everything needed to restore a contact; undefined when there is none. */
export function snapshotContact(db: Connection, id: number): ContactSnapshot | undefined {
  const contact = selectContact(db).get(id);
  if (contact === undefined) {
    return undefined;
  }
  const rows: Record<string, Row[]> = {};
  for (const { name, column } of selectDependents(db).all()) {
    const found = db
      .prepare<[number], Row>(`SELECT * FROM ${quoted(name)} WHERE ${quoted(column)} = ?`)
      .all(id);
    if (found.length > 0) {
      rows[name] = found;
    }
  }
  return { contact, rows };
}

/** Restores a deleted contact with its old id. False when another contact has its address by now. */
export function restoreContact(db: Connection, snapshot: ContactSnapshot): boolean {
  if (!insertRow(db, "contact", snapshot.contact)) {
    return false;
  }
  for (const [table, rows] of Object.entries(snapshot.rows)) {
    for (const row of rows) {
      insertRow(db, table, row);
    }
  }
  return true;
}

/** Restores a row. False when it no longer fits, for instance because its list was deleted. */
export function insertRow(db: Connection, table: string, row: Row): boolean {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  const names = columns.map(quoted).join(", ");
  if (!hasParents(db, table, row)) {
    return false;
  }
  const insert = `INSERT OR IGNORE INTO ${quoted(table)} (${names}) VALUES (${places})`;
  return db.prepare(insert).run(...Object.values(row)).changes === 1;
}

function hasParents(db: Connection, table: string, row: Row): boolean {
  const parents = db
    .prepare<[string], { table: string; from: string; to: string | null }>(
      `SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)`,
    )
    .all(table);
  return parents.every(({ table: parent, from, to }) => {
    const value = row[from] ?? null;
    const found = `SELECT 1 FROM ${quoted(parent)} WHERE ${quoted(to ?? "id")} = ?`;
    return value === null || db.prepare<[Value]>(found).get(value) !== undefined;
  });
}

/** Reassigns rows from one contact to another, except where that one already has an equivalent row. */
export function moveRows(db: Connection, from: number, to: number): void {
  for (const { name, column } of selectDependents(db).all()) {
    const move = `UPDATE OR IGNORE ${quoted(name)} SET ${quoted(column)} = ? WHERE ${quoted(column)} = ?`;
    db.prepare(move).run(to, from);
  }
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type TagRow = { id: number; name: string; contactCount: number; createdAt: number };

const columns = "id, name, contact_count AS contactCount, created_at AS createdAt";

const selectTags = statement<
  [{ q: string; key: string; limit: number }],
  TagRow & { nameKey: string }
>(`
  SELECT ${columns}, name_key AS nameKey
    FROM tag
   WHERE name_key > @key AND instr(name_key, @q) > 0 AND removed_at IS NULL
   ORDER BY name_key
   LIMIT @limit
`);

const selectTag = statement<[id: number], TagRow>(
  `SELECT ${columns} FROM tag WHERE id = ? AND removed_at IS NULL`,
);

const selectByKey = statement<[key: string], TagRow & { removedAt: number | null }>(
  `SELECT ${columns}, removed_at AS removedAt FROM tag WHERE name_key = ?`,
);

const insertRow = statement<[name: string, key: string, now: number], TagRow>(`
  INSERT INTO tag (name, name_key, created_at) VALUES (?, ?, ?)
  ON CONFLICT (name_key) DO NOTHING
  RETURNING ${columns}
`);

const countTags = statement<[], { n: number }>("SELECT count(*) AS n FROM tag");

const renameRow = statement<[{ id: number; name: string; key: string }], TagRow>(`
  UPDATE OR IGNORE tag SET name = @name, name_key = @key
   WHERE id = @id AND removed_at IS NULL
  RETURNING ${columns}
`);

// Frees the name at once: until the tag is deleted, its number is its name.
const hideRow = statement<[now: number, id: number]>(`
  UPDATE tag SET removed_at = ?, name_key = char(0) || id WHERE id = ? AND removed_at IS NULL
`);

const deleteRow = statement<[id: number]>(
  "DELETE FROM tag WHERE id = ? AND removed_at IS NOT NULL",
);

const insertOne = statement<[tagId: number, contactId: number]>(`
  INSERT INTO contact_tag (tag_id, contact_id)
  SELECT ?, id FROM contact WHERE id = ?
  ON CONFLICT (tag_id, contact_id) DO NOTHING
`);

const deleteOne = statement<[tagId: number, contactId: number]>(
  "DELETE FROM contact_tag WHERE tag_id = ? AND contact_id = ?",
);

const selectSome = statement<[tagId: number, limit: number], { contactId: number }>(
  "SELECT contact_id AS contactId FROM contact_tag WHERE tag_id = ? ORDER BY contact_id LIMIT ?",
);

const selectOf = statement<[contactId: number], { id: number; name: string }>(`
  SELECT tag.id, tag.name
    FROM contact_tag JOIN tag ON tag.id = tag_id
   WHERE contact_id = ? AND removed_at IS NULL
   ORDER BY name_key
`);

/** Tags by name after `key`, whose folded name contains `q`. */
export const tagsAfter = (db: Connection, page: { q: string; key: string; limit: number }) =>
  selectTags(db).all(page);

export const findTag = (db: Connection, id: number): TagRow | undefined => selectTag(db).get(id);

export const findTagByKey = (db: Connection, key: string) => selectByKey(db).get(key);

/** Undefined when another tag has the name. */
export const insertTag = (db: Connection, tag: { name: string; key: string }, now: number) =>
  insertRow(db).get(tag.name, tag.key, now);

export const tagCount = (db: Connection): number => countTags(db).get()?.n ?? 0;

/** Undefined when there is no such tag, or another has the name. */
export const renameTag = (db: Connection, tag: { id: number; name: string; key: string }) =>
  renameRow(db).get(tag);

/** False when it is already hidden. */
export const hideTag = (db: Connection, id: number, now: number): boolean =>
  hideRow(db).run(now, id).changes === 1;

export const forgetTag = (db: Connection, id: number): void => {
  deleteRow(db).run(id);
};

/** False when the contact already has the tag, or there is no such contact. */
export const addTag = (db: Connection, tagId: number, contactId: number): boolean =>
  insertOne(db).run(tagId, contactId).changes === 1;

export const removeTag = (db: Connection, tagId: number, contactId: number): boolean =>
  deleteOne(db).run(tagId, contactId).changes === 1;

/** Some contacts with the tag, by id. */
export const someWithTag = (db: Connection, tagId: number, limit: number): number[] =>
  selectSome(db)
    .all(tagId, limit)
    .map(({ contactId }) => contactId);

/** A contact's tags by name. */
export const tagsOf = (db: Connection, contactId: number) => selectOf(db).all(contactId);

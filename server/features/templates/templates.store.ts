import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type TemplateRow = {
  id: number;
  name: string;
  kind: "mjml" | "html";
  source: string;
  subject: string;
  version: number;
  createdAt: number;
  updatedAt: number;
};
export type TemplateDocument = Pick<TemplateRow, "name" | "kind" | "source" | "subject">;

const summary = `id, name, kind, subject, version, created_at AS createdAt, updated_at AS updatedAt`;

const selectPage = statement<
  [{ before: number; limit: number; pattern: string }],
  Omit<TemplateRow, "source">
>(`
  SELECT ${summary}
    FROM template
   WHERE id < @before
     AND (@pattern = '' OR name LIKE @pattern ESCAPE '\\')
   ORDER BY id DESC
   LIMIT @limit
`);

const selectOne = statement<[id: number], TemplateRow>(`
  SELECT ${summary}, source
    FROM template
   WHERE id = ?
`);

const insertTemplate = statement<[TemplateDocument & { now: number }]>(`
  INSERT INTO template (name, kind, source, subject, created_at, updated_at)
  VALUES (@name, @kind, @source, @subject, @now, @now)
`);

// The version is part of the WHERE clause, so that when two people save at the same time, the second one gets an error.
const updateTemplate = statement<
  [TemplateDocument & { id: number; version: number; now: number }]
>(`
  UPDATE template
     SET name = @name, kind = @kind, source = @source, subject = @subject,
         version = version + 1, updated_at = @now
   WHERE id = @id AND version = @version
`);

const removeTemplate = statement<[id: number]>("DELETE FROM template WHERE id = ?");

/** Templates with ids below `before`, newest first; an empty pattern matches all. */
export const listTemplateRows = (
  db: Connection,
  query: { before: number; limit: number; pattern: string },
) => selectPage(db).all(query);

export const findTemplate = (db: Connection, id: number): TemplateRow | undefined =>
  selectOne(db).get(id);

export const addTemplate = (db: Connection, template: TemplateDocument & { now: number }): number =>
  Number(insertTemplate(db).run(template).lastInsertRowid);

/** False, without a change, when the version is no longer the given one. */
export const replaceTemplate = (
  db: Connection,
  change: TemplateDocument & { id: number; version: number; now: number },
): boolean => updateTemplate(db).run(change).changes === 1;

export const deleteTemplateRow = (db: Connection, id: number): boolean =>
  removeTemplate(db).run(id).changes === 1;

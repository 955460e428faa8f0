import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import { DAY_MS } from "../../platform/time.rules.ts";

export type FormRow = {
  id: number;
  name: string;
  enabled: number;
  consentVersion: number;
  version: number;
  createdAt: number;
  updatedAt: number;
  /** JSON: FormSettings. */
  settings: string;
};

const columns = `id, name, enabled, consent_version AS consentVersion, version, created_at AS createdAt,
  updated_at AS updatedAt, settings`;

const selectForms = statement<[before: number, limit: number], FormRow>(`
  SELECT ${columns} FROM form WHERE id < ? ORDER BY id DESC LIMIT ?
`);
const selectForm = statement<[id: number], FormRow>(`SELECT ${columns} FROM form WHERE id = ?`);

const insertRow = statement<[{ name: string; settings: string; now: number }], { id: number }>(`
  INSERT INTO form (name, settings, created_at, updated_at)
  VALUES (@name, @settings, @now, @now)
  RETURNING id
`);

const updateRow = statement<
  [{ id: number; name: string; enabled: number; settings: string; version: number; now: number }]
>(`
  UPDATE form
     SET name = @name, enabled = @enabled, settings = @settings, version = version + 1, updated_at = @now
   WHERE id = @id AND version = @version
`);

const deleteRow = statement<[id: number]>("DELETE FROM form WHERE id = ?");

/** Forms below `before`, newest first. */
export function formsBefore(db: Connection, before: number, limit: number): FormRow[] {
  return selectForms(db).all(before, limit);
}

const selectWithList = statement<[listId: number], FormRow>(`
  SELECT ${columns} FROM form
   WHERE EXISTS (SELECT 1 FROM json_each(settings, '$.listIds') WHERE value = ?)
   ORDER BY id DESC
`);

/** Forms that sign people up to the list, newest first. */
export const formsWithList = (db: Connection, listId: number): FormRow[] =>
  selectWithList(db).all(listId);

export function findForm(db: Connection, id: number): FormRow | undefined {
  return selectForm(db).get(id);
}

export function insertForm(
  db: Connection,
  form: { name: string; settings: string; now: number },
): number {
  return insertRow(db).get(form)?.id ?? 0;
}

/** False when the form has another version by now. */
export function updateForm(
  db: Connection,
  form: {
    id: number;
    name: string;
    enabled: number;
    settings: string;
    version: number;
    now: number;
  },
): boolean {
  return updateRow(db).run(form).changes === 1;
}

export function deleteFormRow(db: Connection, id: number): boolean {
  return deleteRow(db).run(id).changes === 1;
}

const insertWordingRow = statement<
  [{ formId: number; version: number; hash: string; now: number }]
>(`
  INSERT INTO form_wording (form_id, version, hash, created_at) VALUES (@formId, @version, @hash, @now)
`);
const moveVersion = statement<[version: number, id: number]>(`
  UPDATE form SET consent_version = ? WHERE id = ?
`);

/** Adds the next version of a form's consent text. Earlier versions are kept. */
export function addFormWording(
  db: Connection,
  wording: { formId: number; version: number; hash: string; now: number },
): void {
  insertWordingRow(db).run(wording);
  moveVersion(db).run(wording.version, wording.formId);
}

const selectWording = statement<[formId: number, version: number], { hash: string; text: string }>(`
  SELECT form_wording.hash, text
    FROM form_wording JOIN consent_wording ON consent_wording.hash = form_wording.hash
   WHERE form_id = ? AND version = ?
`);

export const findFormWording = (db: Connection, formId: number, version: number) =>
  selectWording(db).get(formId, version);

export type WordingRow = {
  version: number;
  text: string;
  hash: string;
  createdAt: number;
  given: number;
};

const selectWordings = statement<[formId: number], WordingRow>(`
  SELECT version, text, w.hash, form_wording.created_at AS createdAt,
         (SELECT count(*) FROM consent
           WHERE consent.form_id = form_wording.form_id AND wording_version = version
             AND action = 'given') AS given
    FROM form_wording JOIN consent_wording w ON w.hash = form_wording.hash
   WHERE form_wording.form_id = ?
   ORDER BY version DESC
   LIMIT 50
`);

/** The newest 50 versions of a form's consent text, with the number of consents to each. */
export function wordingsOf(db: Connection, formId: number): WordingRow[] {
  return selectWordings(db).all(formId);
}

export type FormMetric = "views" | "submits" | "confirmed" | "bots";

const upsertCount = statement<[{ formId: number; metric: FormMetric; day: number; by: number }]>(`
  INSERT INTO form_count (form_id, metric, day, n) SELECT id, @metric, @day, @by FROM form WHERE id = @formId
      ON CONFLICT (form_id, metric, day) DO UPDATE SET n = n + excluded.n
`);

/** Increments a counter; does nothing when the form was deleted. @param now Unix ms. */
export function countForm(
  db: Connection,
  formId: number,
  metric: FormMetric,
  now: number,
  by = 1,
): void {
  upsertCount(db).run({ formId, metric, day: now - (now % DAY_MS), by });
}

const selectTotals = statement<[formId: number], { metric: FormMetric; n: number }>(`
  SELECT metric, sum(n) AS n FROM form_count WHERE form_id = ? GROUP BY metric
`);
const selectDays = statement<
  [formId: number, since: number],
  { day: number; metric: FormMetric; n: number }
>(`
  SELECT day, metric, n FROM form_count WHERE form_id = ? AND day >= ? ORDER BY day
`);

export const formTotals = (db: Connection, formId: number) => selectTotals(db).all(formId);
export const formDays = (db: Connection, formId: number, since: number) =>
  selectDays(db).all(formId, since);

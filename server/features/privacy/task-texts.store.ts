import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** Requests and results of tasks, in which people may have written an address. */
const TEXTS = [
  { table: "export", column: "settings", isJson: true },
  { table: "export", column: "error", isJson: false },
  { table: "task", column: "payload", isJson: true },
  { table: "task", column: "error", isJson: false },
  { table: "import", column: "settings", isJson: true },
  { table: "import", column: "file_name", isJson: false },
  { table: "import", column: "error", isJson: false },
] as const;

/** Filters of finished tasks, which nothing uses any more. */
const SEARCHES = [
  { table: "export", column: "settings" },
  { table: "task", column: "payload" },
] as const;

type Text = { id: number; text: string };

const searches = SEARCHES.map(({ table, column }) => ({
  select: statement<[], Text>(
    `SELECT id, ${column} AS text FROM ${table} WHERE state IN ('done', 'failed', 'cancelled') AND ${column} <> ''`,
  ),
  update: statement<[text: string, id: number]>(`UPDATE ${table} SET ${column} = ? WHERE id = ?`),
}));

/** Rewrites the filters (JSON) of finished tasks. Returns how many changed. */
export function rewriteOldSearches(db: Connection, rewrite: (json: string) => string): number {
  return searches.reduce(
    (sum, { select, update }) => sum + rewriteAll(db, select, update, rewrite),
    0,
  );
}

function rewriteAll(
  db: Connection,
  select: Select,
  update: Update,
  rewrite: (text: string) => string,
): number {
  let changed = 0;
  for (const { id, text } of select(db).all()) {
    const left = rewrite(text);
    if (left !== text) {
      changed += update(db).run(left, id).changes;
    }
  }
  return changed;
}

type Select = (db: Connection) => { all(): Text[] };
type Update = (db: Connection) => { run(text: string, id: number): { changes: number } };

const places = TEXTS.map(({ table, column, isJson }) => ({
  isJson,
  select: statement<[], Text>(
    `SELECT id, ${column} AS text FROM ${table} WHERE ${column} IS NOT NULL AND instr(${column}, '@') > 0`,
  ),
  update: statement<[text: string, id: number]>(`UPDATE ${table} SET ${column} = ? WHERE id = ?`),
}));

/** Rewrites texts of tasks, exports and imports where that changes them. Returns how many changed. */
export function rewriteTaskTexts(
  db: Connection,
  rewrite: (text: string, isJson: boolean) => string,
): number {
  return places.reduce(
    (sum, { isJson, select, update }) =>
      sum + rewriteAll(db, select, update, (text) => rewrite(text, isJson)),
    0,
  );
}

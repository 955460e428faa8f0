import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** Requests and results of tasks and imports, in which people may have written an address. */
const TEXTS = [
  { table: "task", column: "payload", isJson: true },
  { table: "task", column: "error", isJson: false },
  { table: "import", column: "settings", isJson: true },
  { table: "import", column: "file_name", isJson: false },
  { table: "import", column: "discard_reason", isJson: false },
  { table: "import", column: "undo_position", isJson: true },
] as const;

type Text = { id: number; text: string };

const selectEnded = statement<[], Text>(
  "SELECT id, payload AS text FROM task WHERE state IN ('done', 'failed', 'cancelled')",
);
const updatePayload = statement<[text: string, id: number]>(
  "UPDATE task SET payload = ? WHERE id = ?",
);

/** Rewrites the filters (JSON) of finished tasks, which nothing uses any more. Returns how many changed. */
export const rewriteOldSearches = (db: Connection, rewrite: (json: string) => string): number =>
  rewriteAll(db, selectEnded, updatePayload, rewrite);

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

/** Rewrites texts of tasks and imports where that changes them. Returns how many changed. */
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

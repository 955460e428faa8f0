import type { Connection } from "./driver.ts";
import { type DatabaseKind, migrations } from "./migrations/index.ts";

/** How many migrations a file of this kind has when it is current. */
export function currentVersion(kind: DatabaseKind): number {
  return migrations[kind].length;
}

/**
 * Brings a file to the current schema; does nothing when it is there already. Each migration and its
 * version number commit together, so a crash between two leaves a valid older version that the next
 * open continues from.
 *
 * @throws Error when the file is newer than this program: opening it could destroy what it does not know.
 */
export function migrate(db: Connection, kind: DatabaseKind): void {
  const target = currentVersion(kind);
  if (versionOf(db) === target) {
    return;
  }
  db.transaction(() => {
    const found = versionOf(db);
    if (found > target) {
      throw new Error(
        `this ${kind} database has version ${found}, newer than this program's ${target}`,
      );
    }
    for (const sql of migrations[kind].slice(found)) {
      db.exec(sql);
    }
    db.pragma(`user_version = ${target}`);
  }).immediate();
}

function versionOf(db: Connection): number {
  return Number(db.pragma("user_version", { simple: true }));
}

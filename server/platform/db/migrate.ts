import type { Connection } from "./driver.ts";
import { newerFault } from "./file-fault.ts";
import { type DatabaseKind, migrations } from "./migrations/index.ts";
import { markOverwritten } from "./overwritten.ts";

/** How many migrations a file of this kind has when it is current. */
export function currentVersion(kind: DatabaseKind): number {
  return migrations[kind].length;
}

/**
 * Brings a file to the current schema; does nothing when it is there already. All migrations of one file
 * and its version number commit together, so a crash leaves the older version, and the next open begins again.
 *
 * Foreign keys are off meanwhile, so that a table can be made anew and take the place of the old one
 * without its references being emptied (https://www.sqlite.org/lang_altertable.html §7); they are checked
 * before the commit.
 *
 * @throws FileFault when the file is newer than this program: opening it could destroy what it does not know.
 * @throws Error when a migration would leave a reference to nothing. Nothing is changed then.
 */
export function migrate(db: Connection, kind: DatabaseKind): void {
  migrateBy(db, kind, migrations[kind]);
}

/** `migrate` with the statements given. */
export function migrateBy(db: Connection, kind: string, statements: readonly string[]): void {
  if (versionOf(db) === statements.length) {
    return;
  }
  withoutForeignKeys(db, () =>
    db.transaction(() => runMigrations(db, kind, statements)).immediate(),
  );
}

/**
 * Finds out whether the file can be brought to the current schema, and leaves it as it is.
 *
 * @throws what `migrate` throws.
 */
export function rehearseMigration(db: Connection, kind: DatabaseKind): void {
  withoutForeignKeys(db, () => {
    db.exec("BEGIN IMMEDIATE");
    try {
      runMigrations(db, kind, migrations[kind]);
    } finally {
      // A full disk or a failed read ends the transaction by itself.
      if (db.inTransaction) {
        db.exec("ROLLBACK");
      }
    }
  });
}

function withoutForeignKeys(db: Connection, work: () => void): void {
  db.pragma("foreign_keys = OFF");
  try {
    work();
  } finally {
    db.pragma("foreign_keys = ON");
  }
}

function runMigrations(db: Connection, kind: string, statements: readonly string[]): void {
  const target = statements.length;
  const found = versionOf(db);
  if (found > target) {
    throw newerFault(found, target);
  }
  if (found === 0) {
    markOverwritten(db);
  }
  for (const sql of statements.slice(found)) {
    db.exec(sql);
  }
  const dangling = db.pragma("foreign_key_check") as { table: string }[];
  if (dangling[0] !== undefined) {
    throw new Error(`the migration of a ${kind} database leaves ${dangling[0].table} dangling`);
  }
  db.pragma(`user_version = ${target}`);
}

function versionOf(db: Connection): number {
  return Number(db.pragma("user_version", { simple: true }));
}

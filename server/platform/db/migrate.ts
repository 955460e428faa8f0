import type { Connection } from "./driver.ts";
import { newerSchemaFault } from "./file-fault.ts";
import { type DatabaseKind, migrations } from "./migrations/index.ts";
import { markOverwritten } from "./overwritten.ts";

/** The version of a fully migrated file of this kind. */
export function currentVersion(kind: DatabaseKind): number {
  return migrations[kind].length;
}

/**
 * Migrates a file to the current schema; does nothing when it is current. All migrations and the version number are
 * committed together, so that after a crash the file has its old version and the next open starts over.
 *
 * Foreign keys are disabled in the meantime, so that a table can be recreated and replace the old one without affecting
 * references to it (https://www.sqlite.org/lang_altertable.html §7). They are checked before the commit.
 *
 * @throws FileFault when the file is newer than this program, which might destroy data that it does not know.
 * @throws Error when a migration leaves dangling references; nothing is changed then.
 */
export function migrate(db: Connection, kind: DatabaseKind): void {
  migrateBy(db, kind, migrations[kind]);
}

/** `migrate` with the given statements. */
export function migrateBy(db: Connection, kind: string, statements: readonly string[]): void {
  if (versionOf(db) === statements.length) {
    return;
  }
  withoutForeignKeys(db, () =>
    db.transaction(() => runMigrations(db, kind, statements)).immediate(),
  );
}

/**
 * Tests whether the file can be migrated, without changing it.
 *
 * @throws the errors of `migrate`.
 */
export function rehearseMigration(db: Connection, kind: DatabaseKind): void {
  withoutForeignKeys(db, () => {
    db.exec("BEGIN IMMEDIATE");
    try {
      runMigrations(db, kind, migrations[kind]);
    } finally {
      // A full disk or an I/O error rolls the transaction back by itself.
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
    throw newerSchemaFault(found, target);
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

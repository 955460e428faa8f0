import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { inspectFile } from "../../../../server/platform/db/inspect-file.ts";
import { currentVersion, migrate, migrateBy } from "../../../../server/platform/db/migrate.ts";
import { migrations } from "../../../../server/platform/db/migrations/index.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-inspect-"));
  path = join(folder, "t.db");
  const db = openConnection(path);
  migrate(db, "workspace");
  db.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function change(sql: string): void {
  const db = openConnection(path);
  db.exec(sql);
  db.close();
}

const versionOf = () => {
  const db = openConnection(path, { readonly: true });
  const version = db.pragma("user_version", { simple: true });
  db.close();
  return version;
};

test("an intact, current file has no fault", () => {
  expect(inspectFile(path)).toBeUndefined();
});

test("a file that cannot be migrated to this version is faulty, and left unchanged", () => {
  change("PRAGMA user_version = 2");

  expect(inspectFile(path)).toMatchObject({ reason: "migration_failed" });
  expect(versionOf()).toBe(2);
});

test("an older file that can be migrated is intact, and is migrated when it is opened", () => {
  rmSync(path);
  const db = openConnection(path);
  migrateBy(db, "workspace", migrations.workspace.slice(0, -1));
  db.close();

  expect(inspectFile(path)).toBeUndefined();
  expect(versionOf()).toBe(currentVersion("workspace") - 1);
});

test("a file without tables is reported as such", () => {
  rmSync(path);
  openConnection(path).close();

  expect(inspectFile(path)).toMatchObject({ reason: "no_tables" });
});

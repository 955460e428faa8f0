import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabases } from "../../../../server/platform/db/databases.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { lookAtFile } from "../../../../server/platform/db/file-fault.ts";
import { systemFileFault } from "../../../../server/platform/db/system-file.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";

const WORKSPACE = `t_${"0".repeat(26)}.db`;
let folder = "";
const path = () => join(folder, "system.db");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "system-file-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a folder with workspaces and no system.db is refused, and none is created", () => {
  writeFileSync(join(folder, WORKSPACE), "");
  expect(() => openDatabases(folder)).toThrow(
    `system.db is missing, but this folder contains a workspace (${WORKSPACE}). Restore system.db from your backup. Nothing was changed.`,
  );
  expect(existsSync(path())).toBe(false);

  writeFileSync(path(), "");
  expect(systemFileFault(folder)?.said).toContain("is empty");
});

test("a folder with a key and an empty local/ is a new instance, and so is a half-created one", () => {
  loadKeyRing(folder);
  mkdirSync(join(folder, "local"));
  openConnection(path()).close();

  const databases = openDatabases(folder);

  expect(databases.system.pragma("user_version", { simple: true })).toBeGreaterThan(0);
  databases.close();
});

test("a system.db that is text, truncated, or beside an invalid log is reported with the way to restore it", () => {
  openDatabases(folder).close();
  expect(systemFileFault(folder)).toBeUndefined();

  writeFileSync(`${path()}-wal`, "x".repeat(999));
  expect(() => openDatabases(folder)).toThrow("system.db-wal is not a write-ahead log");
  rmSync(`${path()}-wal`);

  truncateSync(path(), statSync(path()).size - 4_096);
  expect(() => openDatabases(folder)).toThrow(
    /system\.db is damaged \(the file was cut: .*\)\. Put it back from your backup, together with its -wal/,
  );

  writeFileSync(path(), "no database ".repeat(999));
  expect(() => openDatabases(folder)).toThrow(
    "system.db is damaged (the file is not an SQLite database)",
  );
});

test("a file whose last pages are in its log is intact, and one that lacks more is truncated", () => {
  const file = join(folder, "some.db");
  const db = openConnection(file);
  db.exec("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))");
  expect(lookAtFile(file, 1)).toBeUndefined();
  db.pragma("wal_checkpoint(TRUNCATE)");
  expect(lookAtFile(file, 1)).toBeUndefined();

  truncateSync(file, 8_192);

  expect(lookAtFile(file, 1)?.message).toContain("the file was cut");
  db.close();
});

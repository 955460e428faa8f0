import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { doctor } from "../../../server/commands/doctor.ts";
import { readConfig } from "../../../server/config.ts";
import { openDatabases } from "../../../server/platform/db/databases.ts";
import { openConnection } from "../../../server/platform/db/driver.ts";
import { migrate } from "../../../server/platform/db/migrate.ts";
import { loadKeyRing } from "../../../server/platform/secrets.ts";
import { writeSetting } from "../../../server/platform/settings.store.ts";
import { mayMountDisks, mountSmallDisk } from "../../support/small-disk.ts";

let folder = "";
let lines: string[] = [];
const terminal = {
  env: {},
  colours: false,
  out: (text: string) => lines.push(text),
  err: (text: string) => lines.push(text),
  readLine: () => Promise.resolve(""),
};

type Found = { check: string; verdict: string; said: string; mend?: string };

async function examine(env: Record<string, string> = {}) {
  lines = [];
  const config = readConfig({ DATA_DIR: folder, PORT: "0", SMTP_IN_PORT: "0", ...env });
  const code = await doctor(config, terminal, { json: true, now: Date.now() });
  const findings = lines.map((text) => JSON.parse(text) as Found);
  return { code, of: (check: string) => findings.find((each) => each.check === check) };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("an empty folder is fine, and remains empty", async () => {
  const found = await examine();

  expect(found.code).toBe(0);
  expect(found.of("data folder")?.verdict).toBe("ok");
  expect(found.of("SQLite")?.said).toContain("write-ahead log works");
  expect(found.of("master key")?.said).toBe("none yet; it is created when the server first starts");
  expect(readdirSync(folder)).toEqual([]);
});

test("a data folder that is a file is reported, with what to do", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");

  const found = await examine({ DATA_DIR: file });

  expect(found.code).toBe(1);
  expect(found.of("data folder")).toMatchObject({
    verdict: "fail",
    mend: expect.stringContaining("DATA_DIR"),
  });
});

test("a port in use is a failure that names the variable", async () => {
  const other = createServer().listen(0);
  const { port } = other.address() as { port: number };

  const found = await examine({ SMTP_IN_PORT: String(port) });

  expect(found.code).toBe(1);
  expect(found.of("SMTP port")?.mend).toContain("SMTP_IN_PORT");
  other.close();
});

test("a database without its master key is a failure, and no new key is made", async () => {
  const db = openConnection(join(folder, "system.db"));
  migrate(db, "system");
  writeSetting(db, "master-key", { k1: "print" }, 1);
  db.close();

  const found = await examine();

  expect(found.code).toBe(1);
  expect(found.of("system database")?.verdict).toBe("ok");
  expect(found.of("master key")?.said).toContain("is missing");
  expect(existsSync(join(folder, "master.key"))).toBe(false);
});

test("a master key that other users may read is a warning", async () => {
  loadKeyRing(folder);
  chmodSync(join(folder, "master.key"), 0o644);

  const found = await examine();

  expect(found.code).toBe(0);
  expect(found.of("master key")).toMatchObject({
    verdict: "warn",
    mend: expect.stringContaining("chmod 600"),
  });
});

test("a damaged database and one from a newer program are failures", async () => {
  writeFileSync(join(folder, "system.db"), "not a database, though long enough to be read as one");
  expect((await examine()).of("system database")?.verdict).toBe("fail");

  rmSync(join(folder, "system.db"));
  const db = openConnection(join(folder, "system.db"));
  db.pragma("user_version = 999");
  db.close();
  expect((await examine()).of("system database")?.said).toContain("has schema 999");
});

test("a clock behind the times already stored is a failure", async () => {
  writeFileSync(join(folder, "local"), "");
  const tomorrow = new Date(Date.now() + 86_400_000);
  utimesSync(join(folder, "local"), tomorrow, tomorrow);

  expect((await examine()).of("clock")?.verdict).toBe("fail");
});

test("in a terminal each line says what was found in colour, elsewhere without colour", async () => {
  lines = [];
  const config = readConfig({ DATA_DIR: folder, PORT: "0", SMTP_IN_PORT: "0" });
  await doctor(config, terminal, { json: false, now: Date.now() });

  expect(lines[0]).toBe(`ok    data folder      ${folder} is writable`);
  expect(lines.join("\n")).not.toContain("\x1b");
});

test("a folder that does not exist is reported and not created", async () => {
  const mistyped = join(folder, "mistyped");

  const found = await examine({ DATA_DIR: mistyped });

  expect(found.code).toBe(0);
  expect(found.of("data folder")).toMatchObject({
    verdict: "warn",
    said: expect.stringContaining("does not exist"),
  });
  expect(existsSync(mistyped)).toBe(false);
});

test("workspaces without system.db are a failure that recommends the backup", async () => {
  writeFileSync(join(folder, `t_${"0".repeat(26)}.db`), "");

  const found = await examine();

  expect(found.code).toBe(1);
  expect(found.of("system database")).toMatchObject({
    verdict: "fail",
    said: expect.stringContaining("contains a workspace"),
    mend: "Restore system.db from your backup.",
  });
});

test("a damaged system.db is reported with the way to restore it, and the key is not blamed", async () => {
  loadKeyRing(folder);
  writeFileSync(join(folder, "system.db"), "no database ".repeat(999));

  const found = await examine();

  expect(found.of("system database")?.mend).toContain("Put it back from your backup");
  expect(found.of("master key")).toMatchObject({ verdict: "warn", mend: "Fix system.db first." });
});

test("a system.db left without tables by a full disk counts as no instance yet", async () => {
  openConnection(join(folder, "system.db")).close();

  const found = await examine();

  expect(found.code).toBe(0);
  expect(found.of("master key")?.said).toBe("none yet; it is created when the server first starts");
});

test.skipIf(!mayMountDisks)(
  "on a full disk the advice is to free space, not to replace the disk",
  async () => {
    const disk = mountSmallDisk(4);
    try {
      openDatabases(disk.path).close();
      disk.fill(0);

      const found = await examine({ DATA_DIR: disk.path });

      expect(found.code).toBe(1);
      for (const check of ["data folder", "SQLite"]) {
        expect(found.of(check)).toMatchObject({
          verdict: "fail",
          mend: "The disk is full: free some space, then run doctor again.",
        });
      }
    } finally {
      disk.unmount();
    }
  },
);

// system.db beside a write-ahead log from another time: either an older copy of the file was put back, or an older log.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSystemDatabase } from "../../../../server/commands/doctor-files.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { stampFile } from "../../../../server/platform/db/log-base.ts";
import { lostLogs } from "../../../../server/platform/db/open-marks.ts";
import { requireOwnLog } from "../../../../server/platform/db/system-file.ts";

let base: string;
let live: string;
let databases: Databases;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "system-log-"));
  live = join(base, "live");
  databases = openDatabases(live);
});
afterEach(() => {
  databases.close();
  rmSync(base, { recursive: true, force: true });
});

const file = () => join(live, "system.db");
const setting = (key: string) =>
  databases.system.prepare("INSERT INTO setting VALUES (?, '1', 0)").run(key);
const settings = () =>
  databases.system.prepare<[], string>("SELECT key FROM setting ORDER BY key").pluck().all();

/** Leaves the folder as kill -9 would, and passes it to the next process after `damage`. */
function kill(damage: () => void): void {
  const killed = join(base, "killed");
  cpSync(live, killed, { recursive: true });
  databases.close();
  rmSync(live, { recursive: true });
  cpSync(killed, live, { recursive: true });
  damage();
  lostLogs(live);
}

/** What a start reports. The databases are open afterwards unless it refused. */
function refusal(): string {
  try {
    databases = openDatabases(live);
    return "";
  } catch (error) {
    return String(error);
  }
}

test("an older system.db beside a newer log is refused untouched, and the right one is taken back", () => {
  setting("a");
  stampFile(databases.system);
  databases.system.pragma("wal_checkpoint(TRUNCATE)");
  const older = join(base, "older.db");
  copyFileSync(file(), older);
  setting("b");
  stampFile(databases.system);
  databases.system.pragma("wal_checkpoint(TRUNCATE)");
  setting("c");
  stampFile(databases.system);
  const right = join(base, "right.db");
  kill(() => {
    copyFileSync(file(), right);
    copyFileSync(older, file());
  });
  const log = readFileSync(`${file()}-wal`);
  const said = `${file()} cannot be used: the file does not belong to ${file()}-wal`;

  expect(checkSystemDatabase(live)).toMatchObject({
    verdict: "fail",
    said: expect.stringContaining(said),
    mend: expect.stringContaining("Put back the file that was there before"),
  });
  expect(refusal()).toContain(said);
  expect(() => requireOwnLog(live)).toThrow(said);
  expect(readFileSync(file())).toEqual(readFileSync(older));
  expect(readFileSync(`${file()}-wal`)).toEqual(log);

  copyFileSync(right, file());
  expect(checkSystemDatabase(live)).toMatchObject({ verdict: "ok" });
  expect(refusal()).toBe("");
  expect(settings()).toEqual(["a", "b", "c"]);
});

test("an older log beside a newer system.db is refused", () => {
  setting("a");
  stampFile(databases.system);
  databases.system.pragma("wal_checkpoint(TRUNCATE)");
  setting("b");
  stampFile(databases.system);
  const older = join(base, "older-wal");
  copyFileSync(`${file()}-wal`, older);
  databases.system.pragma("wal_checkpoint(TRUNCATE)");
  setting("c");
  stampFile(databases.system);
  databases.system.pragma("wal_checkpoint(PASSIVE)");
  kill(() => copyFileSync(older, `${file()}-wal`));

  expect(refusal()).toContain("one of the two is from another time");
  copyFileSync(join(base, "killed", "system.db-wal"), `${file()}-wal`);
  expect(refusal()).toBe("");
});

test("a server writes the stamp within a second of any thread's change, and after a kill nothing is wrong", async () => {
  const stamp = () => Number(databases.system.pragma("application_id", { simple: true }));
  const other = openDatabases(live);
  databases.close();
  databases = openDatabases(live);
  databases.keepSystem();
  await Bun.sleep(1_300);
  const before = stamp();

  await Bun.sleep(1_300);
  expect(stamp()).toBe(before);
  other.system.exec("INSERT INTO setting VALUES ('of another thread', '1', 0)");
  await Bun.sleep(1_300);

  expect(stamp()).toBe(before + 1);
  other.close();
  kill(() => undefined);
  expect(refusal()).toBe("");
  expect(settings()).toEqual(["of another thread"]);
});

// A write-ahead log lost after a crash must remain detectable, whichever command opens the folder first.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../../server/cli.ts";
import { lookAtAll } from "../../../server/features/workspace-files/workspace-files.service.ts";
import { openDatabases } from "../../../server/platform/db/databases.ts";
import { openConnection } from "../../../server/platform/db/driver.ts";
import { lostLogs } from "../../../server/platform/db/open-marks.ts";
import { newId } from "../../../server/platform/ids.ts";
import { addWorkspace } from "../../support/workspace-row.ts";

const ids = [newId(), newId()];
const [here = "", there = ""] = ids;
let base: string;
let crashed: string;
let folder: string;
let out: string[];
let errors: string[];

/** The folder as kill -9 leaves it: the last changes are only in the logs, and the marks exist. */
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "lost-logs-"));
  const live = join(base, "live");
  crashed = join(base, "crashed");
  const databases = openDatabases(live);
  for (const id of ids) {
    addWorkspace(databases, id);
    databases
      .workspace(id)
      .prepare(
        "INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES ('a@x.example', 'a', 'x', 0, 0)",
      )
      .run();
  }
  databases.inbox(here);
  cpSync(live, crashed, { recursive: true });
  databases.close();
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

beforeEach(() => {
  folder = join(base, "folder");
  cpSync(crashed, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pathOf = (id: string) => join(folder, `t_${id}.db`);

async function swiftmail(...words: string[]): Promise<number> {
  out = [];
  errors = [];
  const terminal = {
    env: { DATA_DIR: folder, PORT: "0", SMTP_IN_PORT: "0" },
    colours: false,
    out: (text: string) => out.push(text),
    err: (text: string) => errors.push(text),
    readLine: () => Promise.resolve("a long new password"),
  };
  const never = () => Promise.reject(new Error("not asked for"));
  return await runCli(words, terminal, { serve: never, demo: never });
}

async function doctorSays(check: string) {
  await swiftmail("doctor", "--json");
  return out
    .map(
      (line) => JSON.parse(line) as { check: string; verdict: string; said: string; mend: string },
    )
    .find((found) => found.check === check);
}

/** Every file with its content. For the index of a log (SQLite's shared memory), only its existence is compared. */
function contents(): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [
        name,
        name.endsWith("-shm") ? "" : Bun.hash(readFileSync(join(folder, name))).toString(),
      ]),
  );
}

function contactsOf(id: string): unknown {
  const db = openConnection(pathOf(id));
  try {
    return db.prepare("SELECT count(*) FROM contact").pluck().get();
  } finally {
    db.close();
  }
}

test("doctor names the workspace whose log is gone, and the start after it still sets it aside", async () => {
  rmSync(`${pathOf(here)}-wal`);
  const before = contents();

  const found = await doctorSays("workspaces");

  expect(found).toMatchObject({ verdict: "fail", mend: expect.stringContaining("ending in -wal") });
  expect(found?.said).toBe(
    `${pathOf(here)}: log_missing (${pathOf(here)}-wal is missing, and with it the latest changes)`,
  );
  expect(contents()).toEqual(before);
  const lost = lostLogs(folder);
  const databases = openDatabases(folder);
  lookAtAll(databases, folder, lost);
  expect(databases.setAsideRows()).toMatchObject([{ workspaceId: here, reason: "log_missing" }]);
  databases.close();
});

/** A start that is killed before it has opened anything. */
function secondCrash(): void {
  expect(lostLogs(folder)).toEqual([]);
}

test("a log removed after a second process died without opening its workspace is reported missing", async () => {
  secondCrash();
  secondCrash();
  rmSync(`${pathOf(here)}-wal`);

  const found = await doctorSays("workspaces");

  expect(found?.said).toContain(`${pathOf(here)}: log_missing`);
  expect(lostLogs(folder)).toEqual([here]);
});

test("a log of system.db removed after a second crash is reported missing", () => {
  secondCrash();
  rmSync(join(folder, "system.db-wal"));

  expect(() => lostLogs(folder)).toThrow("system.db-wal is missing");
});

test("a log removed before the workspace is first opened is reported missing when it is opened", () => {
  secondCrash();
  const databases = openDatabases(folder);
  rmSync(`${pathOf(here)}-wal`);

  expect(() => databases.workspace(here)).toThrow("turned off");
  expect(databases.setAsideRows()).toMatchObject([{ workspaceId: here, reason: "log_missing" }]);
  databases.close();
});

test("a workspace opened and closed after a crash no longer needs its log", () => {
  secondCrash();
  const databases = openDatabases(folder);
  databases.workspace(here);
  databases.workspace(there);
  databases.close();

  expect(readdirSync(join(folder, "local/open"))).toEqual([]);
  expect(existsSync(`${pathOf(here)}-wal`)).toBe(false);
  expect(lostLogs(folder)).toEqual([]);
});

test("a workspace whose migration failed after a crash is not reported as having lost its log", () => {
  const db = openConnection(pathOf(here));
  db.pragma("user_version = 2");
  const copy = join(base, "failing");
  cpSync(folder, copy, { recursive: true });
  db.close();
  rmSync(folder, { recursive: true });
  renameSync(copy, folder);
  secondCrash();
  const databases = openDatabases(folder);

  expect(() => databases.workspace(here)).toThrow("turned off");
  expect(databases.setAsideRows()).toMatchObject([{ reason: "migration_failed" }]);
  databases.close();
  expect(existsSync(`${pathOf(here)}-wal`)).toBe(false);
  expect(lostLogs(folder)).toEqual([]);
});

test("doctor names a lost log of system.db, and the start after it is still refused", async () => {
  rmSync(join(folder, "system.db-wal"));
  const before = contents();

  const found = await doctorSays("system database");

  expect(found).toMatchObject({
    verdict: "fail",
    said: expect.stringContaining("system.db-wal is missing"),
    mend: expect.stringContaining("Restore it"),
  });
  expect(contents()).toEqual(before);
  expect(() => lostLogs(folder)).toThrow("system.db-wal is missing");
});

test.each(["", "-wal", "-shm"])(
  "doctor changes no byte and creates no file after a crash, with %p of the others gone",
  async (end) => {
    rmSync(`${pathOf(there)}${end}`, { force: true });
    const before = contents();

    await swiftmail("doctor");

    expect(contents()).toEqual(before);
  },
);

test("doctor reads data that is only in the logs of a crash", async () => {
  const found = await doctorSays("workspaces");

  expect(found).toMatchObject({ verdict: "ok", said: "2 can be used" });
  expect(await doctorSays("inboxes")).toMatchObject({ verdict: "ok", said: "1 can be read" });
});

test("doctor changes nothing in a cleanly stopped folder, nor beside a running server", async () => {
  const databases = openDatabases(folder);
  databases.close();
  const before = contents();

  await swiftmail("doctor");

  expect(contents()).toEqual(before);
});

test.each([
  ["a workspace", () => `${pathOf(here)}-wal`],
  ["system.db", () => join(folder, "system.db-wal")],
])("scrub refuses a folder in which the log of %s is gone, and changes nothing", async (_, log) => {
  rmSync(log());
  const { "local/instance.lock": _lock, "local/instance.json": _note, ...before } = contents();

  expect(await swiftmail("scrub")).toBe(1);

  expect(errors.join()).toContain(`${log()} is missing, and with it the latest changes`);
  expect(contents()).toMatchObject(before);
  expect(existsSync(log())).toBe(false);
});

test("reset-password refuses to open a system.db whose log is gone", async () => {
  rmSync(join(folder, "system.db-wal"));
  const before = contents();

  expect(await swiftmail("user", "reset-password", "a@x.example")).toBe(1);

  expect(errors.join()).toContain("system.db-wal is missing");
  expect(contents()).toEqual(before);
});

test("scrub after a crash includes the logs, and the next start misses none", async () => {
  expect(await swiftmail("scrub")).toBe(0);

  expect(existsSync(`${pathOf(here)}-wal`)).toBe(false);
  expect(readdirSync(join(folder, "local/open"))).toEqual([]);
  expect(lostLogs(folder)).toEqual([]);
  expect(contactsOf(here)).toBe(1);
  expect((await doctorSays("workspaces"))?.verdict).toBe("ok");
});

test("a file that scrub could not open keeps its mark of the crash", async () => {
  writeFileSync(pathOf(here), "no database ".repeat(999));

  expect(await swiftmail("scrub")).toBe(1);

  expect(readdirSync(join(folder, "local/open"))).toEqual([here]);
  rmSync(`${pathOf(here)}-wal`, { force: true });
  expect(lostLogs(folder)).toEqual([here]);
});

test.each([1, 2, 3])(
  "a scrub killed after file %p reports no lost log and loses no data",
  async (files) => {
    const child = Bun.spawn(["bun", join(import.meta.dir, "../../../server/main.ts"), "scrub"], {
      env: { ...process.env, DATA_DIR: folder, PORT: "0", SMTP_IN_PORT: "0" },
      stdout: "pipe",
      stderr: "ignore",
    });
    let said = "";
    for await (const bytes of child.stdout) {
      said += new TextDecoder().decode(bytes);
      if (said.includes(`${files} of 4`)) {
        child.kill("SIGKILL");
        break;
      }
    }
    await child.exited;

    expect(said).toContain(`${files} of 4`);
    expect(lostLogs(folder)).toEqual([]);
    expect(ids.map(contactsOf)).toEqual([1, 1]);
  },
  30_000,
);

test("scrub does not touch a workspace that is set aside, because its log belongs to those pages", async () => {
  const log = readFileSync(`${pathOf(here)}-wal`);
  rmSync(`${pathOf(here)}-wal`);
  const databases = openDatabases(folder);
  lookAtAll(databases, folder, lostLogs(folder));
  databases.close();
  const before = readFileSync(pathOf(here));

  expect(await swiftmail("scrub")).toBe(1);

  expect(errors.join()).toContain("its workspace is set aside");
  expect(readFileSync(pathOf(here)).equals(before)).toBe(true);
  writeFileSync(`${pathOf(here)}-wal`, log);
  expect(contactsOf(here)).toBe(1);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkInboxes, checkLocalFiles } from "../../../server/commands/doctor-local.ts";
import { TrafficFile } from "../../../server/delivery/run/traffic-file.ts";
import { openDatabases } from "../../../server/platform/db/databases.ts";
import { openConnection } from "../../../server/platform/db/driver.ts";
import { inboxPath } from "../../../server/platform/db/inbox-file.ts";
import { migrate } from "../../../server/platform/db/migrate.ts";
import { newId } from "../../../server/platform/ids.ts";
import { lockDataFolder } from "../../../server/platform/instance-lock.ts";

const INSTANCE = "0".repeat(26);
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "doctor-local-"));
  mkdirSync(join(folder, "local/limits"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function newInbox(id: string): string {
  const path = join(folder, "local", `inbox_${id}.db`);
  const db = openConnection(path);
  migrate(db, "inbox");
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
  return path;
}

test("readable inboxes of workspaces and the instance are counted", () => {
  expect(checkInboxes(folder)).toEqual({ verdict: "ok", said: "none yet" });
  newInbox(INSTANCE);
  newInbox(newId());

  expect(checkInboxes(folder)).toEqual({ verdict: "ok", said: "2 can be read" });
});

test("an inbox that is not a database is named, with the consequences and how to save it", () => {
  newInbox(newId());
  const path = newInbox(INSTANCE);
  writeFileSync(path, "no database ".repeat(999));

  const found = checkInboxes(folder);

  expect(found.verdict).toBe("warn");
  expect(found.said).toBe(`${path}: not_a_database (the file is not an SQLite database)`);
  expect(found.mend).toContain("creates an empty inbox");
  expect(found.mend).toContain("stop the server and restore the file from your backup");
});

test("an inbox with damaged pages in the middle is found although its header is intact", () => {
  const path = newInbox(newId());
  writeSync(openSync(path, "r+"), Buffer.alloc(8_192, 0x5a), 0, 8_192, 4_096);

  const found = checkInboxes(folder);

  expect(found).toMatchObject({ verdict: "warn", said: expect.stringContaining(`${path}: `) });
});

test("an inbox written by a newer version is a failure, because nothing is received until that version runs", () => {
  const path = newInbox(newId());
  const db = openConnection(path);
  db.pragma("user_version = 999");
  db.close();

  expect(checkInboxes(folder)).toMatchObject({
    verdict: "fail",
    said: expect.stringContaining("has schema 999"),
    mend: "Run the newer SwiftMail that wrote it.",
  });
});

test("files that SwiftMail wrote are fine", () => {
  lockDataFolder(folder)();
  new TrafficFile(folder).write(
    {
      quotas: new Map([["route", { day: { count: 5, from: 1 } } as never]]),
      warmUps: new Map(),
      suspensions: [],
      arrivals: new Map([["key", 7]]),
      knownSites: ["mx.example"],
    },
    Date.now(),
    true,
  );

  expect(checkLocalFiles(folder)).toEqual({ verdict: "ok", said: "can be read" });
});

test.each([
  ["half of it", '{"quotas":[["route",'],
  ["an empty file", ""],
  ["JSON of another shape", '{"quotas":5}'],
  ["pairs of the wrong kind", '{"arrivals":[["key","soon"]]}'],
])(
  "limits.json that is %s is reported with the consequences, and only learned values are lost",
  (_, text) => {
    const path = join(folder, "local/limits/limits.json");
    writeFileSync(path, text);

    const found = checkLocalFiles(folder);

    expect(found.verdict).toBe("warn");
    expect(found.said).toStartWith(`${path} cannot be read (`);
    expect(found.mend).toContain("may exceed a relay's quota");
    expect(new TrafficFile(folder).read().quotas.size).toBe(0);
  },
);

test.each(["{", "null", '{"pid":1}'])(
  "instance.json that says %s is reported, and that it is created again",
  (text) => {
    const path = join(folder, "local/instance.json");
    writeFileSync(path, text);

    expect(checkLocalFiles(folder)).toEqual({
      verdict: "warn",
      said: `${path} does not say which process uses the folder`,
      mend: "The server rewrites instance.json at its next start; nothing else depends on it.",
    });
  },
);

test("a missing local/ of an instance that has run is reported, with what it contained", () => {
  openConnection(join(folder, "system.db")).close();
  rmSync(join(folder, "local"), { recursive: true });

  expect(checkLocalFiles(folder)).toMatchObject({
    verdict: "warn",
    said: `${join(folder, "local")} is missing, although this instance has been used`,
    mend: expect.stringContaining("Restore it before the next start"),
  });
});

test("an inbox that existed and is gone is reported, with how to restore it", () => {
  const databases = openDatabases(folder);
  const id = newId();
  databases.inbox(id);
  databases.inbox(newId());
  databases.close();
  rmSync(inboxPath(folder, id));

  expect(checkInboxes(folder)).toEqual({
    verdict: "warn",
    said: `${inboxPath(folder, id)} is missing`,
    mend: expect.stringContaining("restore the file from your backup first"),
  });
});

test("a removed limits.json is reported; a folder in which nothing was learned yet is fine", () => {
  expect(checkLocalFiles(folder).verdict).toBe("ok");
  writeFileSync(join(folder, "local/limits/sites.json"), "[]");

  expect(checkLocalFiles(folder)).toMatchObject({
    verdict: "warn",
    said: `${join(folder, "local/limits/limits.json")} is missing`,
  });
});

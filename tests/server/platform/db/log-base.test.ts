// A main file beside a write-ahead log from another time: either an older copy of the file was restored, or an older
// log.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkWorkspaces } from "../../../../server/commands/doctor-files.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { inspectFile } from "../../../../server/platform/db/inspect-file.ts";
import { lookAtLog, stampFile } from "../../../../server/platform/db/log-base.ts";
import { currentVersion } from "../../../../server/platform/db/migrate.ts";
import { lostLogs } from "../../../../server/platform/db/open-marks.ts";
import { codeOf, WorkspaceHandles } from "./handles-fixture.ts";

/** The threads write a stamp each second. */
const STAMPED_MS = 1_300;

let handles: WorkspaceHandles;
let id: string;
let base: string;
beforeEach(() => {
  handles = new WorkspaceHandles();
  id = handles.newWorkspace();
  base = mkdtempSync(join(tmpdir(), "log-base-"));
});
afterEach(() => {
  handles.close();
  rmSync(base, { recursive: true, force: true });
});

const db = () => handles.databases.workspace(id);
const asides = () =>
  handles.databases.setAsideRows().map(({ workspaceId, reason }) => [workspaceId, reason]);
const contacts = () => db().prepare("SELECT count(*) FROM contact").pluck().get();

function addContacts(n: number, to: Connection = db()): void {
  const add = to.prepare(
    "INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES (@a, @a, 'b.test', 0, 0)",
  );
  const from = Number(to.prepare("SELECT max(id) FROM contact").pluck().get());
  to.transaction(() => {
    for (let i = 0; i < n; i++) {
      add.run({ a: `p${from + i}@b.test` });
    }
  })();
}

/** Changes rows in place, so that neither the file's length nor a page's use changes. */
const touch = () => db().exec("UPDATE contact SET updated_at = updated_at + 1");

function kill(damage: (file: string) => void): void {
  const killed = join(base, "killed");
  cpSync(handles.folder, killed, { recursive: true });
  handles.databases.close();
  for (const name of ["", "-wal", "-shm"]) {
    rmSync(handles.path(id) + name, { force: true });
  }
  cpSync(killed, handles.folder, { recursive: true });
  damage(handles.path(id));
  lostLogs(handles.folder);
  handles.databases = openDatabases(handles.folder);
}

test.each([true, false])(
  "an older copy of the main file beside a newer log is set aside, and the right file is accepted again (-shm kept: %p)",
  async (isIndexKept) => {
    addContacts(300);
    await Bun.sleep(STAMPED_MS);
    const older = join(base, "older.db");
    db().pragma("wal_checkpoint(PASSIVE)");
    copyFileSync(handles.path(id), older);
    touch();
    handles.asIfRestarted();
    touch();
    await Bun.sleep(STAMPED_MS);
    touch();
    const right = join(base, "right.db");
    kill((file) => {
      copyFileSync(file, right);
      copyFileSync(older, file);
      if (!isIndexKept) {
        rmSync(`${file}-shm`);
      }
    });
    const log = readFileSync(`${handles.path(id)}-wal`);

    expect(checkWorkspaces(handles.folder, currentVersion("workspace"))).toMatchObject({
      verdict: "fail",
      said: expect.stringContaining(`${handles.path(id)}: wrong_log`),
    });
    expect(codeOf(db)).toBe("workspace_unavailable");
    expect(asides()).toEqual([[id, "wrong_log"]]);
    expect(inspectFile(handles.path(id))).toMatchObject({ reason: "wrong_log" });
    expect(readFileSync(handles.path(id))).toEqual(readFileSync(older));
    expect(readFileSync(`${handles.path(id)}-wal`)).toEqual(log);

    copyFileSync(right, handles.path(id));
    expect(inspectFile(handles.path(id))).toBeUndefined();
    handles.databases.bringBack(id, Date.now());
    expect(contacts()).toBe(301);
    expect(db().prepare("SELECT max(updated_at) FROM contact").pluck().get()).toBe(3);
  },
);

test("an older log beside a newer file is set aside", async () => {
  addContacts(300);
  await Bun.sleep(STAMPED_MS);
  db().pragma("wal_checkpoint(RESTART)");
  touch();
  stampFile(db());
  const older = join(base, "older-wal");
  copyFileSync(`${handles.path(id)}-wal`, older);
  touch();
  stampFile(db());
  db().pragma("wal_checkpoint(PASSIVE)");
  kill((file) => copyFileSync(older, `${file}-wal`));

  expect(codeOf(db)).toBe("workspace_unavailable");
  expect(asides()).toEqual([[id, "wrong_log"]]);
});

test("with a log that has no stamp yet, the file is read completely", () => {
  addContacts(3_000);
  const older = join(base, "older.db");
  db().pragma("wal_checkpoint(TRUNCATE)");
  copyFileSync(handles.path(id), older);
  db().exec("DELETE FROM contact WHERE id % 3 = 0");
  addContacts(4_000);
  db().pragma("wal_checkpoint(RESTART)");
  db().exec("DELETE FROM contact WHERE id < 50");
  kill((file) => copyFileSync(older, file));

  expect(codeOf(db)).toBe("workspace_unavailable");
  expect(asides()).toEqual([[id, "damaged"]]);
});

test("a copy of the folder at any moment is consistent, with checkpoints, restarts and several threads", () => {
  const random = seeded(7);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const threads = (): Databases[] => [handles.databases, ...handles.more];
  handles.more.push(openDatabases(handles.folder));
  let looked = 0;
  for (let i = 0; i < 400; i++) {
    const of = pick(threads());
    const work = pick([
      () => of.workspace(id).exec("UPDATE contact SET updated_at = updated_at + 1"),
      () => addContacts(20, of.workspace(id)),
      () => stampFile(of.workspace(id)),
      () => of.workspace(id).pragma(`wal_checkpoint(${pick(["PASSIVE", "RESTART", "TRUNCATE"])})`),
      () => of.closeWorkspace(id),
      () => {
        for (const each of threads()) {
          each.closeWorkspace(id);
        }
      },
    ]);
    work();
    const copy = join(base, `copy-${i}.db`);
    for (const name of ["", "-wal"].filter((end) => existsSync(handles.path(id) + end))) {
      copyFileSync(handles.path(id) + name, copy + name);
    }
    looked += existsSync(`${copy}-wal`) ? 1 : 0;
    expect(lookAtLog(copy)).toBeUndefined();
  }
  expect(looked).toBeGreaterThan(100);
}, 60_000);

/** Numbers from 0 to 1, the same for each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// A file with fewer changes of consent than recorded: its log was truncated, or an older copy was restored.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, cpSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkDamage } from "../../../../server/commands/doctor-files.ts";
import { readDamage, unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { lostLogs } from "../../../../server/platform/db/open-marks.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { seenVersion } from "../../../../server/platform/db/workspace-seen.store.ts";
import { addWorkspace } from "../../../support/workspace-row.ts";

const SUPPRESSED = 10;

let base: string;
let live: string;
let ws: string;
let databases: Databases;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "lost-changes-"));
  live = join(base, "live");
  databases = openDatabases(live);
  ws = addWorkspace(databases);
});
afterEach(() => {
  databases.close();
  rmSync(base, { recursive: true, force: true });
});

function suppress(from = 0): void {
  for (let i = from; i < from + SUPPRESSED; i++) {
    databases
      .workspace(ws)
      .prepare("INSERT INTO suppression (address, reason, created_at) VALUES (?, 'manual', 0)")
      .run(`p${i}@x.example`);
    // Like the audit trail before the answer.
    databases.noteChange(ws);
  }
}

const notices = () =>
  unreadDamage(databases.system).map(({ kind, path, records }) => ({ kind, path, records }));
const suppressed = () =>
  databases.workspace(ws).prepare<[], number>("SELECT count(*) FROM suppression").pluck().get();
const lost = (records: number) => [
  { kind: "changes_lost" as const, path: workspacePath(live, ws), records },
];

/** Leaves the folder as kill -9 would, and gives it to the next process after `damage`. */
function crash(damage: (file: string) => void): void {
  const crashed = join(base, "crashed");
  cpSync(live, crashed, { recursive: true });
  databases.close();
  rmSync(live, { recursive: true });
  cpSync(crashed, live, { recursive: true });
  damage(workspacePath(live, ws));
  lostLogs(live);
}

/** Stops, applies `damage` and starts again. */
function restart(damage: (file: string) => void = () => undefined): void {
  databases.close();
  damage(workspacePath(live, ws));
  databases = openDatabases(live);
}

test.each([0.001, 0.3, 0.6, 0.98])(
  "a log truncated after a kill at %d of its length is reported by doctor and whoever opens the file",
  (part) => {
    // The log then contains only what is lost; otherwise its end may be from before a checkpoint.
    databases.workspace(ws).pragma("wal_checkpoint(TRUNCATE)");
    suppress();
    crash((file) => {
      truncateSync(`${file}-wal`, Math.max(32, Math.floor(statSync(`${file}-wal`).size * part)));
      rmSync(`${file}-shm`);
    });

    const doctor = checkDamage(live);

    expect(doctor).toMatchObject({ verdict: "warn" });
    expect(doctor.said).toContain(`${workspacePath(live, ws)} lacks changes that were saved`);
    databases = openDatabases(live);
    const left = suppressed() ?? 0;
    expect(left).toBeLessThan(SUPPRESSED);
    expect(notices()).toEqual(lost(SUPPRESSED - left));
  },
);

test("a kill loses nothing, and nothing is reported", () => {
  suppress();
  crash(() => undefined);

  expect(checkDamage(live)).toMatchObject({ verdict: "ok" });
  databases = openDatabases(live);
  expect(suppressed()).toBe(SUPPRESSED);
  expect(notices()).toEqual([]);
});

test("a process that is killed again and again in the middle of large changes reports nothing", async () => {
  const system = join(import.meta.dir, "../../../../server/platform/db/databases.ts");
  const script = `
    const { openDatabases } = await import(${JSON.stringify(system)});
    const databases = openDatabases(${JSON.stringify(live)});
    console.log(JSON.stringify(databases.system.prepare("SELECT kind FROM damage_notice").all()));
    for (let i = 0; ; i++) {
      const db = databases.workspace(${JSON.stringify(ws)});
      db.transaction(() => {
        for (let j = 0; j < 200; j++) {
          db.prepare("INSERT INTO suppression (address, reason, created_at) VALUES (?, 'manual', 0)")
            .run(crypto.randomUUID());
        }
      })();
      databases.noteChange(${JSON.stringify(ws)});
      if (i % 5 === 0) {
        await Bun.sleep(1);
      }
    }`;
  databases.close();
  for (let kill = 0; kill < 4; kill++) {
    const child = Bun.spawn([process.execPath, "-e", script], {
      stdout: "pipe",
      stderr: "inherit",
    });
    await child.stdout.getReader().read();
    await Bun.sleep(200 + 37 * kill);
    child.kill("SIGKILL");
    await child.exited;
  }
  databases = openDatabases(live);

  expect(suppressed()).toBeGreaterThan(0);
  expect(seenVersion(databases.system, ws)).toBeGreaterThan(0);
  expect(notices()).toEqual([]);
}, 60_000);

test("an older copy after a clean stop is reported once, and again when it is restored again", () => {
  const copy = join(base, "copy.db");
  suppress();
  restart((file) => copyFileSync(file, copy));
  suppress(SUPPRESSED);
  restart();
  expect(suppressed()).toBe(2 * SUPPRESSED);
  expect(notices()).toEqual([]);

  restart((file) => copyFileSync(copy, file));
  expect(suppressed()).toBe(SUPPRESSED);
  expect(notices()).toEqual(lost(SUPPRESSED));
  for (const { id } of unreadDamage(databases.system)) {
    readDamage(databases.system, id, 1);
  }
  restart();
  expect(suppressed()).toBe(SUPPRESSED);
  expect(notices()).toEqual([]);

  suppress(SUPPRESSED);
  restart((file) => copyFileSync(copy, file));
  expect(suppressed()).toBe(SUPPRESSED);
  expect(notices()).toEqual(lost(SUPPRESSED));
});

test("a whole folder from a backup is not reported", () => {
  const backup = join(base, "backup");
  suppress();
  databases.close();
  cpSync(live, backup, { recursive: true });
  databases = openDatabases(live);
  suppress(SUPPRESSED);
  databases.close();
  rmSync(live, { recursive: true });
  cpSync(backup, live, { recursive: true });

  databases = openDatabases(live);

  expect(suppressed()).toBe(SUPPRESSED);
  expect(notices()).toEqual([]);
});

test("a change without an audit entry is recorded soon, and at the latest when the file is closed", async () => {
  const change = (address: string) =>
    databases
      .workspace(ws)
      .prepare("INSERT INTO suppression (address, reason, created_at) VALUES (?, 'manual', 0)")
      .run(address);
  change("soon@x.example");
  for (let i = 0; i < 100 && seenVersion(databases.system, ws) === 0; i++) {
    await Bun.sleep(100);
  }
  expect(seenVersion(databases.system, ws)).toBe(1);

  change("closed@x.example");
  databases.closeWorkspace(ws);
  expect(seenVersion(databases.system, ws)).toBe(2);
}, 20_000);

test("uncommitted changes are not recorded", () => {
  const db = databases.workspace(ws);
  db.exec("BEGIN; INSERT INTO suppression (address, reason, created_at) VALUES ('a', 'manual', 0)");
  databases.noteChange(ws);
  expect(seenVersion(databases.system, ws)).toBe(0);
  db.exec("COMMIT");
  databases.noteChange(ws);
  expect(seenVersion(databases.system, ws)).toBe(1);
});

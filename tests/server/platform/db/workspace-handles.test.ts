import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookAtAll } from "../../../../server/features/workspace-files/workspace-files.service.ts";
import { unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import { closeMarked, lostLogs } from "../../../../server/platform/db/open-marks.ts";
import { setAsideRows } from "../../../../server/platform/db/set-aside.store.ts";
import { lookAtWorkspace, workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { newId } from "../../../../server/platform/ids.ts";

let folder = "";
let databases: Databases;
const more: Databases[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-handles-"));
  databases = openDatabases(folder);
});
afterEach(() => {
  for (const each of [databases, ...more.splice(0)]) {
    each.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

function newWorkspace(): string {
  const id = newId();
  databases.system.exec("INSERT OR IGNORE INTO organization VALUES ('org', 'Org', 0, 0)");
  databases.system
    .prepare(
      `INSERT INTO workspace (id, organization_id, name, time_zone, postal_address, created_at, updated_at)
       VALUES (?, 'org', 'W', 'UTC', 'Street', 0, 0)`,
    )
    .run(id);
  databases.createWorkspace(id);
  databases
    .workspace(id)
    .exec(
      "INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES ('a@b.test', 'a@b.test', 'b.test', 0, 0)",
    );
  return id;
}

const path = (id: string) => workspacePath(folder, id);
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return "none";
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};
const asides = () =>
  setAsideRows(databases.system).map(({ workspaceId, reason }) => [workspaceId, reason]);
const asIfRestarted = () => {
  databases.close();
  databases = openDatabases(folder);
};

const damages: [what: string, reason: string, damage: (path: string) => void][] = [
  ["a file that is gone", "missing", (file) => rmSync(file)],
  ["an empty file", "not_a_database", (file) => truncateSync(file, 0)],
  ["text in its place", "not_a_database", (file) => writeFileSync(file, "x".repeat(9_000))],
  [
    "a file whose tables were all in a log that is gone",
    "no_tables",
    (file) => {
      rmSync(file);
      openConnection(file).close();
    },
  ],
  ["half of the file", "damaged", (file) => truncateSync(file, 8_192)],
  [
    "a newer schema",
    "newer",
    (file) => {
      const db = openConnection(file);
      db.pragma("user_version = 999");
      db.close();
    },
  ],
  [
    "a migration that fails",
    "migration_failed",
    (file) => {
      const db = openConnection(file);
      db.pragma("user_version = 3");
      db.close();
    },
  ],
  [
    "a folder in its place",
    "unreadable",
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
];

test.each(damages)(
  "%s sets its workspace aside, and the other goes on",
  (_what, reason, damage) => {
    const bad = newWorkspace();
    const good = newWorkspace();
    databases.closeWorkspace(bad);
    damage(path(bad));

    expect(codeOf(() => databases.workspace(bad))).toBe("workspace_unavailable");
    expect(databases.isSetAside(bad)).toBe(true);
    expect(databases.isSetAside(good)).toBe(false);
    expect(asides()).toEqual([[bad, reason]]);
    expect(databases.workspace(good).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
  },
);

test("what is set aside on one thread is so on the others, and after a restart", async () => {
  const id = newWorkspace();
  const other = openDatabases(folder);
  more.push(other);
  other.workspace(id);
  const db = databases.workspace(id);
  db.pragma("wal_checkpoint(TRUNCATE)");
  const fd = openSync(path(id), "r+");
  writeSync(fd, Buffer.alloc(200_000, 7), 0, 200_000, 4_096);
  const fresh = openDatabases(folder);
  more.push(fresh);

  expect(() => fresh.workspace(id).prepare("SELECT * FROM contact").all()).toThrow();
  expect(codeOf(() => fresh.workspace(id))).toBe("workspace_unavailable");
  await Bun.sleep(300);
  expect(codeOf(() => other.workspace(id))).toBe("workspace_unavailable");
  asIfRestarted();
  expect(codeOf(() => databases.workspace(id))).toBe("workspace_unavailable");
});

test("a workspace that is brought back is opened anew, also by a thread that still has the old file", async () => {
  const id = newWorkspace();
  const other = openDatabases(folder);
  more.push(other);
  databases.workspace(id).pragma("wal_checkpoint(TRUNCATE)");
  copyFileSync(path(id), join(folder, "backup"));
  other.workspace(id);
  databases.closeWorkspace(id);
  renameSync(path(id), join(folder, "away"));
  expect(codeOf(() => databases.workspace(id))).toBe("workspace_unavailable");
  await Bun.sleep(10);

  copyFileSync(join(folder, "backup"), path(id));
  databases.bringBack(id, Date.now() + 1);
  await Bun.sleep(2_300);

  expect(other.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
  expect(databases.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
  expect(asides()).toEqual([]);
});

test("a file that is taken away while it is open is noticed", async () => {
  const id = newWorkspace();
  rmSync(path(id));
  await Bun.sleep(2_100);

  expect(codeOf(() => databases.workspace(id))).toBe("workspace_unavailable");
  databases.isSetAside(id);
  expect(asides()).toEqual([[id, "missing"]]);
});

test("a file that is cut while it is open is noticed, though what is in memory still answers", async () => {
  const id = newWorkspace();
  const count = () => databases.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get();
  databases.workspace(id).pragma("wal_checkpoint(TRUNCATE)");
  databases.closeWorkspace(id);
  databases.workspace(id).exec("UPDATE contact SET first_name = 'Ada'");
  expect(count()).toBe(1);
  truncateSync(path(id), 8_192);
  expect(count()).toBe(1);
  await Bun.sleep(2_100);

  expect(codeOf(count)).toBe("workspace_unavailable");
  databases.isSetAside(id);
  expect(asides()).toEqual([[id, "damaged"]]);
});

test("a process that is killed just after it closed its last connection has lost nothing", () => {
  const id = newWorkspace();
  databases.closeWorkspace(id);
  const mark = join(folder, "local", "open", id);
  const between = mkdtempSync(join(tmpdir(), "swiftmail-between-"));
  const db = databases.workspace(id);
  expect(readFileSync(mark, "utf8")).toBe("");

  closeMarked(folder, id, () => {
    db.close();
    cpSync(folder, between, { recursive: true });
  });

  expect(existsSync(`${workspacePath(between, id)}-wal`)).toBe(false);
  expect(existsSync(join(between, "local", "open", id))).toBe(true);
  expect(lostLogs(between)).toEqual([]);
  expect(existsSync(mark)).toBe(false);
  rmSync(between, { recursive: true });
});

test("a damaged inbox is put beside, and a new one takes its place", () => {
  const id = newWorkspace();
  databases.inbox(id);
  databases.closeWorkspace(id);
  writeFileSync(join(folder, "local", `inbox_${id}.db`), "no database at all".repeat(100));

  expect(databases.inbox(id).prepare("SELECT count(*) FROM test_message").pluck().get()).toBe(0);
  const [notice] = unreadDamage(databases.system);
  expect(notice?.kind).toBe("inbox_damaged");
  expect(readFileSync(notice?.kept ?? "", "utf8")).toContain("no database at all");
});

test("a workspace that never was is not found, and no file is made for it", () => {
  const id = newId();

  expect(codeOf(() => databases.workspace(id))).toBe("not_found");
  expect(asides()).toEqual([]);
  expect(() => databases.createWorkspace(newWorkspace())).toThrow("an id of its own");
});

test("a write-ahead log that is gone after a kill is told by name; after a good end there is none to miss", () => {
  const id = newWorkspace();
  const killed = mkdtempSync(join(tmpdir(), "swiftmail-killed-"));
  Bun.spawnSync(["cp", "-a", `${folder}/.`, killed]);

  expect(lostLogs(killed)).toEqual([]);
  Bun.spawnSync(["cp", "-a", `${folder}/.`, killed]);
  rmSync(`${workspacePath(killed, id)}-wal`);
  expect(lostLogs(killed)).toEqual([id]);
  Bun.spawnSync(["cp", "-a", `${folder}/.`, killed]);
  rmSync(join(killed, "system.db-wal"));
  expect(() => lostLogs(killed)).toThrow("system.db-wal is gone");
  rmSync(killed, { recursive: true });

  databases.close();
  expect(lostLogs(folder)).toEqual([]);
  databases = openDatabases(folder);
});

/** The locks that the system holds for this process on a file. */
const locksOn = (file: string) =>
  readFileSync("/proc/locks", "utf8")
    .split("\n")
    .filter(
      (line) => line.includes(`:${statSync(file).ino} `) && line.includes(` ${process.pid} `),
    );

test("a file that is open keeps its locks when another thread opens it: who else opens it sees that it is in use", () => {
  const id = newWorkspace();
  expect(locksOn(path(id))).toHaveLength(1);
  expect(locksOn(join(folder, "system.db"))).toHaveLength(1);

  more.push(openDatabases(folder));
  more[0]?.workspace(id);
  expect(lookAtWorkspace(folder, id)).toBeUndefined();

  expect(locksOn(path(id))).toHaveLength(1);
  expect(locksOn(join(folder, "system.db"))).toHaveLength(1);
});

test("a process that may open no more files takes that for no fault of a workspace's file", () => {
  const id = newWorkspace();
  databases.close();
  const script = `
    import { closeSync, openSync } from "node:fs";
    import { openDatabases } from "${join(import.meta.dir, "../../../../server/platform/db/databases.ts")}";
    const databases = openDatabases("${folder}");
    const open = [];
    try { for (;;) open.push(openSync("/dev/null", "r")); } catch {}
    // Enough to look at the file, and too few for SQLite.
    closeSync(open.pop());
    closeSync(open.pop());
    let refused = "";
    try { databases.workspace("${id}"); } catch (error) { refused = String(error.code); }
    for (const fd of open) closeSync(fd);
    console.log(JSON.stringify([refused, databases.setAsideIds().length]));
    console.log(databases.workspace("${id}").prepare("SELECT count(*) AS n FROM contact").get().n);
    process.exit(0);`;
  const ran = Bun.spawnSync([
    "sh",
    "-c",
    'ulimit -n 256; exec "$0" -e "$1"',
    process.execPath,
    script,
  ]);
  databases = openDatabases(folder);
  expect(ran.stdout.toString().trim().split("\n").slice(-2)).toEqual([
    '["SQLITE_CANTOPEN",0]',
    "1",
  ]);
});

test("a new workspace has its tables in the file itself, so that a lost log is not the loss of all", () => {
  const id = newWorkspace();
  const copy = join(folder, "copy.db");
  copyFileSync(path(id), copy);

  const db = openConnection(copy, { readonly: true });
  expect(db.pragma("user_version", { simple: true })).toBeGreaterThan(0);
  db.close();
});

test.each([
  ["taken away", (log: string) => rmSync(log)],
  [
    "replaced by another",
    (log: string) => {
      copyFileSync(log, `${log}.other`);
      renameSync(`${log}.other`, log);
    },
  ],
])(
  "a log that is %s while the file is open is noticed, and closing saves what was in it",
  async (_, damage) => {
    const id = newWorkspace();
    const log = `${path(id)}-wal`;
    damage(log);
    databases.workspace(id).exec("UPDATE contact SET first_name = 'Ada'");
    await Bun.sleep(2_100);

    expect(codeOf(() => databases.workspace(id))).toBe("workspace_unavailable");
    databases.isSetAside(id);
    expect(asides()).toEqual([[id, "log_missing"]]);
    rmSync(log, { force: true });
    const db = openConnection(path(id));
    expect(db.prepare("SELECT first_name FROM contact").pluck().get()).toBe("Ada");
    db.close();
  },
);

test("a copy without a log that takes the place of a damaged file and its log can be used", async () => {
  const id = newWorkspace();
  const other = openDatabases(folder);
  more.push(other);
  const copy = join(folder, "copy.db");
  databases.workspace(id).prepare("VACUUM INTO ?").run(copy);
  other.workspace(id);
  truncateSync(path(id), 4_096);
  databases.setAside(id, new FileFault("damaged", "as found"));
  await Bun.sleep(1_600);

  for (const end of ["", "-wal", "-shm"]) {
    rmSync(path(id) + end, { force: true });
  }
  copyFileSync(copy, path(id));
  databases.bringBack(id, Date.now());

  expect(databases.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
  await Bun.sleep(300);
  expect(other.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
});

test("a log that is taken away keeps other threads from opening the file, which would begin a second log", () => {
  const id = newWorkspace();
  const other = openDatabases(folder);
  more.push(other);
  rmSync(`${path(id)}-wal`);

  expect(codeOf(() => other.workspace(id))).toBe("workspace_unavailable");
  expect(existsSync(`${path(id)}-wal`)).toBe(false);
  expect(other.setAsideRows()).toMatchObject([{ workspaceId: id, reason: "log_missing" }]);
});

test("opening a file on another thread leaves it its locks: a program that looks into it does not take its log away", () => {
  const id = newWorkspace();
  const other = openDatabases(folder);
  more.push(other);
  expect(other.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);

  for (const file of [path(id), join(folder, "system.db")]) {
    const script = `const db = new (require("bun:sqlite").Database)(${JSON.stringify(file)}); db.query("SELECT count(*) FROM sqlite_schema").get(); db.close();`;
    expect(Bun.spawnSync([process.execPath, "-e", script]).exitCode).toBe(0);
    expect(existsSync(`${file}-wal`)).toBe(true);
  }
});

test("what is set aside is told at once, also before it is written down", () => {
  const id = newWorkspace();
  databases.closeWorkspace(id);
  rmSync(path(id));
  databases.system.exec("BEGIN");
  databases.system.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON workspace_set_aside BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  databases.system.exec("COMMIT");

  expect(codeOf(() => databases.workspace(id))).toBe("workspace_unavailable");

  expect(asides()).toEqual([]);
  expect(databases.setAsideRows()).toMatchObject([{ workspaceId: id, reason: "missing" }]);
  databases.system.exec("DROP TRIGGER full");
  expect(databases.setAsideRows()).toMatchObject([{ workspaceId: id, reason: "missing" }]);
  expect(asides()).toEqual([[id, "missing"]]);
});

test("a lost log stays known to the next start until it is written down that the workspace is set aside", () => {
  const id = newWorkspace();
  const killed = mkdtempSync(join(tmpdir(), "swiftmail-killed-"));
  cpSync(folder, killed, { recursive: true });
  rmSync(`${workspacePath(killed, id)}-wal`);

  expect(lostLogs(killed)).toEqual([id]);
  expect(lostLogs(killed)).toEqual([id]);
  const started = openDatabases(killed);
  lookAtAll(started, killed, lostLogs(killed));
  expect(setAsideRows(started.system)).toMatchObject([{ workspaceId: id, reason: "log_missing" }]);
  started.close();
  expect(lostLogs(killed)).toEqual([]);
  rmSync(killed, { recursive: true });
});

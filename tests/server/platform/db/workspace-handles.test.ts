import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { checkWorkspaces } from "../../../../server/commands/doctor-files.ts";
import { unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { openDatabases } from "../../../../server/platform/db/databases.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { inspectFile } from "../../../../server/platform/db/inspect-file.ts";
import { currentVersion } from "../../../../server/platform/db/migrate.ts";
import { newId } from "../../../../server/platform/ids.ts";
import { codeOf, WorkspaceHandles } from "./handles-fixture.ts";

let handles: WorkspaceHandles;
beforeEach(() => {
  handles = new WorkspaceHandles();
});
afterEach(() => handles.close());

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
  "%s sets its workspace aside, and the other workspace continues",
  (_what, reason, damage) => {
    const bad = handles.newWorkspace();
    const good = handles.newWorkspace();
    handles.databases.closeWorkspace(bad);
    damage(handles.path(bad));

    expect(codeOf(() => handles.databases.workspace(bad))).toBe("workspace_unavailable");
    expect(handles.databases.isSetAside(bad)).toBe(true);
    expect(handles.databases.isSetAside(good)).toBe(false);
    expect(handles.asides()).toEqual([[bad, reason]]);
    expect(
      handles.databases.workspace(good).prepare("SELECT count(*) FROM contact").pluck().get(),
    ).toBe(1);
  },
);

test("a workspace set aside on one thread is set aside on the others, and after a restart", async () => {
  const id = handles.newWorkspace();
  const other = openDatabases(handles.folder);
  handles.more.push(other);
  other.workspace(id);
  const db = handles.databases.workspace(id);
  db.pragma("wal_checkpoint(TRUNCATE)");
  const fd = openSync(handles.path(id), "r+");
  writeSync(fd, Buffer.alloc(200_000, 7), 0, 200_000, 4_096);
  const fresh = openDatabases(handles.folder);
  handles.more.push(fresh);

  expect(() => fresh.workspace(id).prepare("SELECT * FROM contact").all()).toThrow();
  expect(codeOf(() => fresh.workspace(id))).toBe("workspace_unavailable");
  await Bun.sleep(300);
  expect(codeOf(() => other.workspace(id))).toBe("workspace_unavailable");
  handles.asIfRestarted();
  expect(codeOf(() => handles.databases.workspace(id))).toBe("workspace_unavailable");
});

test("a restored workspace is opened anew, also by a thread that still has the old file open", async () => {
  const id = handles.newWorkspace();
  const other = openDatabases(handles.folder);
  handles.more.push(other);
  handles.databases.workspace(id).pragma("wal_checkpoint(TRUNCATE)");
  copyFileSync(handles.path(id), join(handles.folder, "backup"));
  other.workspace(id);
  handles.databases.closeWorkspace(id);
  renameSync(handles.path(id), join(handles.folder, "away"));
  expect(codeOf(() => handles.databases.workspace(id))).toBe("workspace_unavailable");
  await Bun.sleep(10);

  copyFileSync(join(handles.folder, "backup"), handles.path(id));
  handles.databases.bringBack(id, Date.now() + 1);
  await Bun.sleep(2_300);

  expect(other.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
  expect(
    handles.databases.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get(),
  ).toBe(1);
  expect(handles.asides()).toEqual([]);
});

test("a file removed while it is open is noticed", async () => {
  const id = handles.newWorkspace();
  rmSync(handles.path(id));
  await Bun.sleep(2_100);

  expect(codeOf(() => handles.databases.workspace(id))).toBe("workspace_unavailable");
  handles.databases.isSetAside(id);
  expect(handles.asides()).toEqual([[id, "missing"]]);
});

test("a file truncated while it is open is noticed, although cached pages still answer", async () => {
  const id = handles.newWorkspace();
  const count = () =>
    handles.databases.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get();
  handles.databases.workspace(id).pragma("wal_checkpoint(TRUNCATE)");
  handles.databases.closeWorkspace(id);
  handles.databases.workspace(id).exec("UPDATE contact SET first_name = 'Ada'");
  expect(count()).toBe(1);
  truncateSync(handles.path(id), 8_192);
  expect(count()).toBe(1);
  await Bun.sleep(2_100);

  expect(codeOf(count)).toBe("workspace_unavailable");
  handles.databases.isSetAside(id);
  expect(handles.asides()).toEqual([[id, "damaged"]]);
});

test("a damaged inbox is moved aside, and a new one replaces it", () => {
  const id = handles.newWorkspace();
  handles.databases.inbox(id);
  handles.databases.closeWorkspace(id);
  writeFileSync(join(handles.folder, "local", `inbox_${id}.db`), "no database at all".repeat(100));

  expect(
    handles.databases.inbox(id).prepare("SELECT count(*) FROM test_message").pluck().get(),
  ).toBe(0);
  const [notice] = unreadDamage(handles.databases.system);
  expect(notice?.kind).toBe("inbox_damaged");
  expect(readFileSync(notice?.kept ?? "", "utf8")).toContain("no database at all");
});

test("a workspace that never existed is not found, and no file is created", () => {
  const id = newId();

  expect(codeOf(() => handles.databases.workspace(id))).toBe("not_found");
  expect(handles.asides()).toEqual([]);
  expect(() => handles.databases.createWorkspace(handles.newWorkspace())).toThrow(
    "an id of its own",
  );
});

test("running out of file descriptors is not treated as a fault of a workspace's file", () => {
  const id = handles.newWorkspace();
  handles.databases.close();
  const script = `
    import { closeSync, openSync } from "node:fs";
    import { openDatabases } from "${join(import.meta.dir, "../../../../server/platform/db/databases.ts")}";
    const databases = openDatabases("${handles.folder}");
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
  handles.databases = openDatabases(handles.folder);
  expect(ran.stdout.toString().trim().split("\n").slice(-2)).toEqual([
    '["SQLITE_CANTOPEN",0]',
    "1",
  ]);
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
  "a log that is %s while the file is open is noticed, and closing saves its content",
  async (_, damage) => {
    const id = handles.newWorkspace();
    const log = `${handles.path(id)}-wal`;
    damage(log);
    handles.databases.workspace(id).exec("UPDATE contact SET first_name = 'Ada'");
    await Bun.sleep(2_100);

    expect(codeOf(() => handles.databases.workspace(id))).toBe("workspace_unavailable");
    handles.databases.isSetAside(id);
    expect(handles.asides()).toEqual([[id, "log_missing"]]);
    rmSync(log, { force: true });
    const db = openConnection(handles.path(id));
    expect(db.prepare("SELECT first_name FROM contact").pluck().get()).toBe("Ada");
    db.close();
  },
);

test("setting aside is announced at once, also before it is recorded", () => {
  const id = handles.newWorkspace();
  handles.databases.closeWorkspace(id);
  rmSync(handles.path(id));
  handles.databases.system.exec("BEGIN");
  handles.databases.system.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON workspace_set_aside BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
  handles.databases.system.exec("COMMIT");

  expect(codeOf(() => handles.databases.workspace(id))).toBe("workspace_unavailable");

  expect(handles.asides()).toEqual([]);
  expect(handles.databases.setAsideRows()).toMatchObject([{ workspaceId: id, reason: "missing" }]);
  handles.databases.system.exec("DROP TRIGGER full");
  expect(handles.databases.setAsideRows()).toMatchObject([{ workspaceId: id, reason: "missing" }]);
  expect(handles.asides()).toEqual([[id, "missing"]]);
});

test("two swapped files are set aside, also when checked again, and both are accepted when they are swapped back", () => {
  const [one, two] = [handles.newWorkspace(), handles.newWorkspace()];
  const aside = join(handles.folder, "aside");
  const swap = () => {
    for (const [from, to] of [
      [handles.path(one), aside],
      [handles.path(two), handles.path(one)],
      [aside, handles.path(two)],
    ] as const) {
      renameSync(from, to);
    }
  };
  handles.databases.closeWorkspace(one);
  handles.databases.closeWorkspace(two);
  swap();

  for (const [id, other] of [
    [one, two],
    [two, one],
  ] as const) {
    expect(codeOf(() => handles.databases.workspace(id))).toBe("workspace_unavailable");
    expect(inspectFile(handles.path(id))).toMatchObject({
      reason: "other_workspace",
      message: `the file belongs to the workspace ${other}`,
    });
  }
  handles.databases.isSetAside(one);
  expect(handles.asides().toSorted()).toEqual(
    [one, two].toSorted().map((id) => [id, "other_workspace"]),
  );
  expect(unreadDamage(handles.databases.system)).toEqual([]);
  const found = checkWorkspaces(handles.folder, currentVersion("workspace"));
  expect(found).toMatchObject({ verdict: "fail", mend: expect.stringContaining("swap them back") });

  swap();
  for (const id of [one, two]) {
    expect(inspectFile(handles.path(id))).toBeUndefined();
    handles.databases.bringBack(id, Date.now());
    expect(codeOf(() => handles.databases.workspace(id))).toBe("none");
  }
});

test("a file from before files named their workspace belongs to the workspace that opens it first", () => {
  const id = handles.newWorkspace();
  handles.databases.workspace(id).exec("DELETE FROM file_identity");
  handles.asIfRestarted();

  const owner = handles.databases.workspace(id).prepare("SELECT workspace_id FROM file_identity");
  expect(owner.pluck().get()).toBe(id);
});

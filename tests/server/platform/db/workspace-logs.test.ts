import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lookAtAll } from "../../../../server/features/workspace-files/workspace-files.service.ts";
import { openDatabases } from "../../../../server/platform/db/databases.ts";
import { openConnection } from "../../../../server/platform/db/driver.ts";
import { FileFault } from "../../../../server/platform/db/file-fault.ts";
import { closeMarked, lostLogs } from "../../../../server/platform/db/open-marks.ts";
import { setAsideRows } from "../../../../server/platform/db/set-aside.store.ts";
import { lookAtWorkspace, workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { restoreCopy } from "../../../support/older-copy.ts";
import { codeOf, WorkspaceHandles } from "./handles-fixture.ts";

let handles: WorkspaceHandles;
beforeEach(() => {
  handles = new WorkspaceHandles();
});
afterEach(() => handles.close());

test("a process killed just after it closed its last connection loses nothing", () => {
  const id = handles.newWorkspace();
  handles.databases.closeWorkspace(id);
  const mark = join(handles.folder, "local", "open", id);
  const between = mkdtempSync(join(tmpdir(), "swiftmail-between-"));
  const db = handles.databases.workspace(id);
  expect(readFileSync(mark, "utf8")).toBe("");

  closeMarked(handles.folder, id, () => {
    db.close();
    cpSync(handles.folder, between, { recursive: true });
  });

  expect(existsSync(`${workspacePath(between, id)}-wal`)).toBe(false);
  expect(existsSync(join(between, "local", "open", id))).toBe(true);
  expect(lostLogs(between)).toEqual([]);
  expect(existsSync(mark)).toBe(false);
  rmSync(between, { recursive: true });
});

test("a missing write-ahead log after a kill is reported by name; after a clean stop none is expected", () => {
  const id = handles.newWorkspace();
  const killed = mkdtempSync(join(tmpdir(), "swiftmail-killed-"));
  Bun.spawnSync(["cp", "-a", `${handles.folder}/.`, killed]);

  expect(lostLogs(killed)).toEqual([]);
  Bun.spawnSync(["cp", "-a", `${handles.folder}/.`, killed]);
  rmSync(`${workspacePath(killed, id)}-wal`);
  expect(lostLogs(killed)).toEqual([id]);
  Bun.spawnSync(["cp", "-a", `${handles.folder}/.`, killed]);
  rmSync(join(killed, "system.db-wal"));
  expect(() => lostLogs(killed)).toThrow("system.db-wal is missing");
  rmSync(killed, { recursive: true });

  handles.databases.close();
  expect(lostLogs(handles.folder)).toEqual([]);
  handles.databases = openDatabases(handles.folder);
});

/** The locks that the operating system holds on a file for this process. */
const locksOn = (file: string) =>
  readFileSync("/proc/locks", "utf8")
    .split("\n")
    .filter(
      (line) => line.includes(`:${statSync(file).ino} `) && line.includes(` ${process.pid} `),
    );

test("an open file keeps its locks when another thread opens it, so that others see it in use", () => {
  const id = handles.newWorkspace();
  expect(locksOn(handles.path(id))).toHaveLength(1);
  expect(locksOn(join(handles.folder, "system.db"))).toHaveLength(1);

  handles.more.push(openDatabases(handles.folder));
  handles.more[0]?.workspace(id);
  expect(lookAtWorkspace(handles.folder, id)).toBeUndefined();

  expect(locksOn(handles.path(id))).toHaveLength(1);
  expect(locksOn(join(handles.folder, "system.db"))).toHaveLength(1);
});

test("a new workspace has its tables in the file itself, so that a lost log does not lose everything", () => {
  const id = handles.newWorkspace();
  const copy = join(handles.folder, "copy.db");
  copyFileSync(handles.path(id), copy);

  const db = openConnection(copy, { readonly: true });
  expect(db.pragma("user_version", { simple: true })).toBeGreaterThan(0);
  db.close();
});

test("a copy without a log can replace a damaged file and its log", async () => {
  const id = handles.newWorkspace();
  const other = openDatabases(handles.folder);
  handles.more.push(other);
  const copy = join(handles.folder, "copy.db");
  handles.databases.workspace(id).prepare("VACUUM INTO ?").run(copy);
  other.workspace(id);
  truncateSync(handles.path(id), 4_096);
  handles.databases.setAside(id, new FileFault("damaged", "as found"));
  await Bun.sleep(1_600);

  restoreCopy(handles.path(id), copy);
  handles.databases.bringBack(id, Date.now());

  expect(
    handles.databases.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get(),
  ).toBe(1);
  await Bun.sleep(300);
  expect(other.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);
});

test("a removed log prevents other threads from opening the file, which would start a second log", () => {
  const id = handles.newWorkspace();
  const other = openDatabases(handles.folder);
  handles.more.push(other);
  rmSync(`${handles.path(id)}-wal`);

  expect(codeOf(() => other.workspace(id))).toBe("workspace_unavailable");
  expect(existsSync(`${handles.path(id)}-wal`)).toBe(false);
  expect(other.setAsideRows()).toMatchObject([{ workspaceId: id, reason: "log_missing" }]);
});

test("opening a file on another thread keeps its locks: a program that reads it does not remove its log", () => {
  const id = handles.newWorkspace();
  const other = openDatabases(handles.folder);
  handles.more.push(other);
  expect(other.workspace(id).prepare("SELECT count(*) FROM contact").pluck().get()).toBe(1);

  for (const file of [handles.path(id), join(handles.folder, "system.db")]) {
    const script = `const db = new (require("bun:sqlite").Database)(${JSON.stringify(file)}); db.query("SELECT count(*) FROM sqlite_schema").get(); db.close();`;
    expect(Bun.spawnSync([process.execPath, "-e", script]).exitCode).toBe(0);
    expect(existsSync(`${file}-wal`)).toBe(true);
  }
});

test("a lost log is remembered until it is recorded that the workspace is set aside", () => {
  const id = handles.newWorkspace();
  const killed = mkdtempSync(join(tmpdir(), "swiftmail-killed-"));
  cpSync(handles.folder, killed, { recursive: true });
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

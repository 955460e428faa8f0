import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DataFolderInUseError,
  isInUse,
  lockDataFolder,
  lockHolder,
} from "../../../server/platform/instance-lock.ts";
import { makePrivate, openToOthers } from "../../../server/platform/private-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const HOLDER = `
  import { lockDataFolder } from "${join(import.meta.dir, "../../../server/platform/instance-lock.ts")}";
  lockDataFolder(process.argv[1]);
  console.log("held");
  setInterval(() => undefined, 1000);
`;

async function otherProcess() {
  const child = Bun.spawn([process.execPath, "-e", HOLDER, folder], { stdout: "pipe" });
  const reader = child.stdout.getReader();
  await reader.read();
  return child;
}

test("a folder in use is refused with the process's name, and free again when that is killed", async () => {
  const other = await otherProcess();

  expect(isInUse(folder)).toBe(true);
  expect(() => lockDataFolder(folder, 0)).toThrow(DataFolderInUseError);
  expect(() => lockDataFolder(folder, 0)).toThrow(`process ${other.pid}`);
  expect(lockHolder(folder)?.pid).toBe(other.pid);

  other.kill("SIGKILL");
  await other.exited;
  expect(isInUse(folder)).toBe(false);
  lockDataFolder(folder, 0)();
});

test("the lock is released when its holder says so", () => {
  const release = lockDataFolder(folder, 0);
  expect(() => lockDataFolder(folder, 0)).toThrow(DataFolderInUseError);
  release();
  lockDataFolder(folder, 0)();
});

test("files readable by others are made private; files that are not SwiftMail's are left unchanged", () => {
  const mode = (path: string) => statSync(join(folder, path)).mode & 0o777;
  const id = "0".repeat(26);
  mkdirSync(join(folder, "local/journal/web"), { recursive: true, mode: 0o755 });
  for (const name of [
    "system.db",
    `t_${id}.db-wal`,
    "local/journal/web/0000000001.log",
    "notes.txt",
  ]) {
    writeFileSync(join(folder, name), "x");
    chmodSync(join(folder, name), 0o644);
  }
  chmodSync(join(folder, "local"), 0o755);
  chmodSync(folder, 0o755);
  symlinkSync("/etc/hostname", join(folder, "master.key"));
  expect(openToOthers(folder)).toContain(folder);

  expect(makePrivate(folder)).toEqual([]);

  expect(openToOthers(folder)).toEqual([]);
  expect(mode(".")).toBe(0o700);
  expect(mode("local")).toBe(0o700);
  expect(mode("local/journal/web")).toBe(0o700);
  expect(mode("system.db")).toBe(0o600);
  expect(mode(`t_${id}.db-wal`)).toBe(0o600);
  expect(mode("local/journal/web/0000000001.log")).toBe(0o600);
  expect(mode("notes.txt")).toBe(0o644);
  expect(statSync("/etc/hostname").mode & 0o044).toBe(0o044);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  localFaults,
  noteLocalFaults,
} from "../../../../server/features/workspace-files/local-files.service.ts";
import { unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { inboxPath } from "../../../../server/platform/db/inbox-file.ts";
import { newId } from "../../../../server/platform/ids.ts";
import { holderPath } from "../../../../server/platform/instance-lock.ts";

let folder: string;
let databases: Databases;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-local-"));
  mkdirSync(join(folder, "local/limits"), { recursive: true });
  databases = openDatabases(folder);
});
afterEach(() => {
  databases.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The notices that a start records. */
function noted() {
  noteLocalFaults(databases, localFaults(folder), 7);
  return unreadDamage(databases.system).map(({ kind, path, kept }) => ({ kind, path, kept }));
}

function closedInbox(): string {
  const id = newId();
  databases.inbox(id);
  databases.closeWorkspace(id);
  return id;
}

test("a start with everything in place has no notice", () => {
  closedInbox();

  expect(noted()).toEqual([]);
});

test("a start reports a missing inbox, once", () => {
  const path = inboxPath(folder, closedInbox());
  rmSync(path);

  expect(noted()).toEqual([{ kind: "inbox_missing", path, kept: "" }]);
  expect(noted()).toHaveLength(1);
});

test("a start reports a damaged inbox before anybody uses it, and keeps the file", () => {
  const path = inboxPath(folder, closedInbox());
  writeFileSync(path, "no database ".repeat(99));

  const [notice] = noted();

  expect(notice).toMatchObject({ kind: "inbox_damaged", path });
  expect(readFileSync(notice?.kept ?? "", "utf8")).toStartWith("no database");
});

test("an inbox of a newer version is left unchanged and reported as unusable", () => {
  const id = closedInbox();
  databases.inbox(id).pragma("user_version = 999");
  databases.closeWorkspace(id);

  expect(noted()).toEqual([{ kind: "inbox_unusable", path: inboxPath(folder, id), kept: "" }]);
  expect(() => databases.inbox(id)).toThrow();
});

test("unreadable limits are kept separately, where the next ones do not overwrite them", () => {
  const path = join(folder, "local/limits/limits.json");
  writeFileSync(path, '{"quotas":5}');

  expect(noted()).toEqual([{ kind: "limits_lost", path, kept: `${path}.damaged-7` }]);
  expect(readFileSync(`${path}.damaged-7`, "utf8")).toBe('{"quotas":5}');
  expect(existsSync(path)).toBe(false);
});

test("a file that does not say who uses the folder is reported", () => {
  writeFileSync(holderPath(folder), "{");

  expect(noted()).toEqual([{ kind: "holder_unreadable", path: holderPath(folder), kept: "" }]);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { inboxPath, missingInboxes } from "../../../../server/platform/db/inbox-file.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { problemResponse } from "../../../../server/platform/http/problem.ts";
import { newId } from "../../../../server/platform/ids.ts";

const THREADS = 3;
const INBOXES = 40;

let folder: string;
let databases: Databases;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-inboxes-"));
  databases = openDatabases(folder);
});
afterEach(() => {
  databases.close();
  rmSync(folder, { recursive: true, force: true });
});

const notices = () => unreadDamage(databases.system).map(({ kind, path }) => ({ kind, path }));

test("threads that find a damaged inbox at the same time move it aside once, and never a new one", async () => {
  const ids = Array.from({ length: INBOXES }, newId);
  for (const id of ids) {
    writeFileSync(inboxPath(folder, id), "no database at all".repeat(100));
  }

  const barrier = new SharedArrayBuffer(4);
  const threads = Array.from(
    { length: THREADS },
    () => new Worker(new URL("../../../support/open-inboxes.worker.ts", import.meta.url).href),
  );
  const done = threads.map(
    (thread) =>
      new Promise<string>((resolve, reject) => {
        thread.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
        thread.onerror = ({ message }) => reject(new Error(message));
      }),
  );
  for (const thread of threads) {
    thread.postMessage({ dataDir: folder, ids, barrier, threads: THREADS });
  }
  await Promise.all(done);
  for (const thread of threads) {
    thread.terminate();
  }

  const kept = readdirSync(join(folder, "local")).filter((name) => name.includes(".damaged-"));
  const isOld = (name: string) =>
    readFileSync(join(folder, "local", name), "utf8").startsWith("no");
  expect(kept).toHaveLength(INBOXES);
  expect(kept.filter(isOld)).toHaveLength(INBOXES);
  expect(notices()).toHaveLength(INBOXES);
  const count = (id: string) =>
    databases.inbox(id).prepare("SELECT count(*) FROM test_message").pluck().get();
  expect(ids.map(count)).toEqual(ids.map(() => THREADS));
}, 60_000);

test("a missing inbox that existed is reported once; one that never existed is not", () => {
  const [gone, there] = [newId(), newId()];
  databases.inbox(gone);
  databases.inbox(there);
  databases.closeWorkspace(gone);
  expect(missingInboxes(folder)).toEqual([]);
  rmSync(inboxPath(folder, gone));
  expect(missingInboxes(folder)).toEqual([gone]);

  databases.inbox(gone);
  databases.inbox(newId());

  expect(notices()).toEqual([{ kind: "inbox_missing", path: inboxPath(folder, gone) }]);
  expect(missingInboxes(folder)).toEqual([]);
});

test("an inbox removed while open is created again, and new mail is in the new one", async () => {
  const id = newId();
  databases.inbox(id);
  rmSync(inboxPath(folder, id));
  await Bun.sleep(2_100);

  databases.inbox(id).exec("PRAGMA user_version");

  expect(notices()).toMatchObject([{ kind: "inbox_missing" }]);
  expect(existsSync(inboxPath(folder, id))).toBe(true);
});

test("an inbox of a newer version is refused as unavailable, and left unchanged", () => {
  const id = newId();
  databases.inbox(id).pragma("user_version = 99");
  databases.closeWorkspace(id);
  const before = readFileSync(inboxPath(folder, id));

  const refusal = () => {
    try {
      databases.inbox(id);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const error = refusal();
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: "unavailable", retryAfterSeconds: 60 });
  expect(problemResponse(error as AppError).status).toBe(503);
  expect(readFileSync(inboxPath(folder, id)).equals(before)).toBe(true);
  expect(notices()).toEqual([]);
});

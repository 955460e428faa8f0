// Privacy requests as tasks: when they are interrupted at any point, and when other tasks may already have written data
// about the person.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { RunContext } from "../../../../server/features/tasks/task-kind.service.ts";
import { forgetOldTasks } from "../../../../server/features/tasks/tasks.service.ts";
import { answerOf } from "../../../support/calls.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

const ADDRESS = "ann@example.com";

let fixture: ImportFixture;
beforeEach(async () => {
  fixture = new ImportFixture();
  await fixture.call("POST", "/contacts", { email: ADDRESS });
});
afterEach(() => fixture.close());

async function call(
  method: string,
  path: string,
  body?: unknown,
  role: "admin" | "editor" = "admin",
) {
  const who = { role, workspaceId: fixture.workspace.id };
  return await answerOf(await fixture.app.call(who, method, `${fixture.base}${path}`, body));
}
const run = (id: number, options: Partial<RunContext> = {}) =>
  runTaskOf(fixture.app, fixture.workspace.id, id, options);
const ask = async (kind: "export" | "erase") =>
  (await call("POST", "/privacy/requests", { kind, address: ADDRESS })).body.id as number;
const files = () => readdirSync(join(fixture.app.dataDir, "local", "exports"));
const erasedEntries = () =>
  fixture.app.databases.system
    .prepare("SELECT count(*) FROM audit WHERE action = 'privacy.erased'")
    .pluck()
    .get();

/** A run whose process dies in the pause after the step that brought the condition about. */
async function runUntil(id: number, isReached: () => boolean): Promise<void> {
  const died = new AbortController();
  const watch = setInterval(() => {
    if (isReached()) {
      died.abort(new Error("the process died"));
    }
  }, 1);
  const options = { signal: died.signal, isLastTry: false, pauseMs: 200 };
  await expect(run(id, options)).rejects.toThrow("the process died");
  clearInterval(watch);
}
const hasAddress = (id: number) =>
  fixture.db
    .prepare("SELECT address IS NOT NULL FROM person_request WHERE task_id = ?")
    .pluck()
    .get(id) === 1;

test("an erasure that dies after its commit deletes the files when it goes on, and is recorded once", async () => {
  const archive = await ask("export");
  await run(archive);
  const contacts = (await call("POST", "/exports", { kind: "contacts" })).body.id as number;
  await run(contacts);
  expect(files()).toHaveLength(2);
  const erasure = await ask("erase");

  await runUntil(erasure, () => !hasAddress(erasure));

  expect((await call("GET", `/privacy/requests/${erasure}`)).body).toMatchObject({
    state: "running",
    address: null,
  });
  expect((await call("GET", `/exports/${contacts}/file`)).status).toBe(404);
  expect((await call("GET", `/privacy/requests/${archive}/file`)).status).toBe(404);
  await run(erasure);

  expect(files()).toEqual([]);
  expect((await call("GET", `/privacy/requests/${erasure}`)).body).toMatchObject({
    state: "done",
    error: null,
    result: { contacts: 1, files: 2 },
  });
  expect(erasedEntries()).toBe(1);
});

test("an erasure leaves the archive of another person's data", async () => {
  await fixture.call("POST", "/contacts", { email: "ben@example.com" });
  const body = { kind: "export", address: "ben@example.com" };
  const other = (await call("POST", "/privacy/requests", body)).body.id as number;
  await run(other);

  await run(await ask("erase"));

  expect((await call("GET", `/privacy/requests/${other}/file`)).status).toBe(200);
});

test("an export that has written a person who is then erased starts again without them", async () => {
  fixture.db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT 'c' || i || '@x.example', 'c' || i || '@x.example', 'x.example', i, i FROM n`);
  const { id } = (await call("POST", "/exports", { kind: "contacts" })).body as { id: number };
  await runUntil(id, () => rowsDone(id) > 0);
  const [name = ""] = files();
  const path = join(fixture.app.dataDir, "local", "exports", name);
  expect(await Bun.file(path).text()).toContain(ADDRESS);

  await run(await ask("erase"));
  expect(existsSync(path)).toBe(false);
  await run(id);

  const text = await Bun.file(path).text();
  expect(text).not.toContain(ADDRESS);
  expect(text.trim().split("\r\n")).toHaveLength(1_201);
  expect((await call("GET", `/exports/${id}`)).body).toMatchObject({
    state: "done",
    rowsDone: 1_200,
  });
});
const rowsDone = (id: number) =>
  Number(fixture.db.prepare("SELECT done_count FROM task WHERE id = ?").pluck().get(id));

test("a page that was read before an erasure is not kept, even as the first one", async () => {
  const { id } = (await call("POST", "/exports", { kind: "contacts" })).body as { id: number };
  const erasure = await ask("erase");
  let opened = 0;
  // The step is opened first to prepare it and then to commit it. The erasure comes between the two.
  const open = () => {
    opened += 1;
    if (opened === 2) {
      fixture.db.exec(`
        UPDATE person_request SET address = NULL;
        UPDATE task SET cursor = 'again:${erasure}', done_count = 0 WHERE id = ${id};
        DELETE FROM contact`);
    }
    return fixture.db;
  };

  await run(id, { open });

  const [name = ""] = files();
  const path = join(fixture.app.dataDir, "local", "exports", name);
  expect(opened).toBeGreaterThan(2);
  expect(await Bun.file(path).text()).not.toContain(ADDRESS);
});

test("the export of a person who is erased meanwhile fails and leaves no archive", async () => {
  const archive = await ask("export");
  const later = await ask("export");
  let opened = 0;
  const open = () => {
    opened += 1;
    if (opened === 2) {
      fixture.db.exec("UPDATE person_request SET address = NULL");
    }
    return fixture.db;
  };

  await run(archive, { open });
  await run(later);

  for (const id of [archive, later]) {
    expect((await call("GET", `/privacy/requests/${id}`)).body).toMatchObject({
      state: "failed",
      error: "The person was erased in the meantime.",
      sizeBytes: 0,
    });
  }
  expect(existsSync(join(fixture.app.dataDir, "local", "exports")) ? files() : []).toEqual([]);
});

test("privacy requests are tasks of those who answer them, cannot be stopped, and are never forgotten", async () => {
  const erasure = await ask("erase");
  const { workspace, app } = fixture;
  const listed = async (role: "admin" | "editor") =>
    ((await call("GET", "/tasks?state=all", undefined, role)).body.items as { id: number }[]).map(
      ({ id }) => id,
    );

  expect(await listed("admin")).toEqual([erasure]);
  expect(await listed("editor")).toEqual([]);
  expect((await call("POST", `/tasks/${erasure}/cancel`)).status).toBe(409);
  await run(erasure);

  const kept = ["person_export", "person_erase"] as const;
  const db = app.databases.workspace(workspace.id);
  expect(forgetOldTasks(db, Date.now() + 400 * 86_400_000, 10, kept)).toBe(0);
  expect(await listed("admin")).toEqual([erasure]);
});

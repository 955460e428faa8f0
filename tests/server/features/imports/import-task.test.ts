// An import is a task: it can be viewed, stopped, resumed and undone as one, and its state is the same in both places.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runTaskOf, runUndoOf } from "../../../support/run-task.ts";
import { ImportFixture } from "./import-fixture.ts";

type Task = Record<string, unknown> & { id: number };

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const CSV = "email\nann@x.example\nbea@x.example\nbad\n";
const task = async (id: number | null) => (await fixture.call<Task>("GET", `/tasks/${id}`)).body;
const uploads = () => readdirSync(join(fixture.app.dataDir, "local", "imports"));

async function started(csv = CSV): Promise<{ id: number; taskId: number }> {
  const { body } = await fixture.upload(csv);
  const { taskId } = (await fixture.start(body.id, body.guesses)).body;
  return { id: body.id, taskId: taskId ?? 0 };
}

async function log(taskId: number): Promise<unknown[]> {
  type Line = { event: string; doneCount: number | null };
  const { body } = await fixture.call<{ items: Line[] }>("GET", `/tasks/${taskId}/log`);
  return body.items.map(({ event }) => event);
}

test("an upload has no task; its start makes one, whose progress is the bytes of the file", async () => {
  const { body } = await fixture.upload(CSV);
  expect((await fixture.get(body.id)).taskId).toBeNull();
  const { taskId } = (await fixture.start(body.id, body.guesses)).body;
  const queued = { kind: "import", state: "queued", unit: "bytes", doneCount: 0, undoUntil: null };
  expect(await task(taskId)).toMatchObject({ ...queued, total: CSV.length, canCancel: true });

  await fixture.run(body.id);

  const done = { state: "done", doneCount: CSV.length, total: CSV.length };
  expect(await task(taskId)).toMatchObject({ ...done, undoUntil: expect.any(Number) });
  expect(await fixture.get(body.id)).toMatchObject({ state: "done", progressBytes: CSV.length });
  expect(uploads()).toEqual([]);
  expect(await log(taskId ?? 0)).toEqual(["requested", "started", "done"]);
});

test("the total of a file that is not UTF-8 is that of the form that is read", async () => {
  const bytes = Buffer.from(`email,first name\n${"m@x.example,Zoë\n".repeat(3)}`, "latin1");
  const { body } = await fixture.upload(bytes);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);

  const after = await fixture.get(body.id);
  expect(await task(after.taskId)).toMatchObject({
    doneCount: bytes.length + 3,
    total: bytes.length + 3,
  });
});

test("stopped as a task, it is cancelled as an import and its run removes the file", async () => {
  const { id, taskId } = await started();
  expect((await fixture.call("POST", `/tasks/${taskId}/cancel`)).status).toBe(200);
  expect((await fixture.get(id)).state).toBe("cancelled");
  expect(uploads()).toHaveLength(1);

  await runTaskOf(fixture.app, fixture.workspace.id, taskId);

  expect(uploads()).toEqual([]);
  expect(await fixture.get(id)).toMatchObject({ state: "cancelled", created: 0, canUndo: false });
  expect((await fixture.call("POST", `/tasks/${taskId}/undo`)).status).toBe(409);
});

test("a failed one keeps its file, goes on with all it had, and its log says both", async () => {
  const { id, taskId } = await started();
  fixture.db.exec(`CREATE TRIGGER fault BEFORE INSERT ON contact WHEN new.address LIKE 'bea%'
                   BEGIN SELECT RAISE(ABORT, 'fault'); END`);
  await fixture.run(id, undefined, true);
  expect(await fixture.get(id)).toMatchObject({ state: "failed", created: 0 });
  expect((await fixture.call("POST", `/tasks/${taskId}/undo`)).status).toBe(409);
  fixture.db.exec("DROP TRIGGER fault");

  expect((await fixture.call("POST", `/imports/${id}/resume`)).status).toBe(200);
  expect((await fixture.call("POST", `/imports/${id}/resume`)).status).toBe(409);
  await fixture.run(id);

  expect(await fixture.get(id)).toMatchObject({ state: "done", created: 2, rejected: 1 });
  expect(await log(taskId)).toEqual(["requested", "started", "failed", "continued", "done"]);
});

test("a failed one that is cancelled is given up: its file goes, and it cannot be resumed", async () => {
  const { id, taskId } = await started();
  fixture.db.exec(
    "CREATE TRIGGER fault BEFORE INSERT ON contact BEGIN SELECT RAISE(ABORT, 'fault'); END",
  );
  await fixture.run(id, undefined, true);

  const { body } = await fixture.call("POST", `/imports/${id}/cancel`);

  expect(body).toMatchObject({ state: "cancelled", error: null });
  expect(await task(taskId)).toMatchObject({ state: "cancelled" });
  expect(uploads()).toEqual([]);
  expect((await fixture.call("POST", `/imports/${id}/resume`)).status).toBe(409);
});

test("a failed one that is stopped as a task gets a job that removes its file", async () => {
  const { id, taskId } = await started();
  fixture.db.exec(
    "CREATE TRIGGER fault BEFORE INSERT ON contact BEGIN SELECT RAISE(ABORT, 'fault'); END",
  );
  await fixture.run(id, undefined, true);
  const { system } = fixture.app.databases;
  system.exec("DELETE FROM job");

  expect((await fixture.call("POST", `/tasks/${taskId}/cancel`)).status).toBe(200);

  expect(uploads()).toHaveLength(1);
  expect(system.prepare("SELECT kind, payload FROM job").raw().all()).toEqual([
    ["task.run", JSON.stringify({ id: taskId })],
  ]);
  await runTaskOf(fixture.app, fixture.workspace.id, taskId);
  expect(uploads()).toEqual([]);
});

test("undone as a task, long after a week, it takes back what it did, and can be undone once", async () => {
  const { id, taskId } = await started();
  await fixture.run(id);
  fixture.db.exec("UPDATE task SET created_at = 1, started_at = 1, finished_at = 2");

  expect((await fixture.call("POST", `/tasks/${taskId}/undo`)).status).toBe(200);
  expect(await fixture.get(id)).toMatchObject({ undoState: "queued", canUndo: false });
  await runUndoOf(fixture.app, fixture.workspace.id, taskId);

  expect(await fixture.get(id)).toMatchObject({ undoState: "done", undone: 2 });
  expect(await task(taskId)).toMatchObject({ undoState: "done", undoneCount: 2, undoUntil: null });
  expect(fixture.contacts()).toEqual([]);
  expect(await log(taskId)).toEqual(["requested", "started", "done", "undo_requested", "undone"]);
  expect((await fixture.call("POST", `/imports/${id}/undo`)).status).toBe(409);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { stepwise } from "../../../../server/features/tasks/task-kind.service.ts";
import { runTask, runUndo } from "../../../../server/features/tasks/task-run.service.ts";
import { forgetOldTasks, startTask } from "../../../../server/features/tasks/tasks.service.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { taskKinds } from "../../../../server/task-kinds.ts";
import { type AudienceApp, newAudienceApp } from "../../../support/audience.ts";

type Task = {
  id: number;
  kind: string;
  state: string;
  doneCount: number;
  undoState: string;
  undoneCount: number;
};
type Applied = { affected: number; task: Task };

const start = 1_800_000_000_000;
let now: number;
let app: AudienceApp;

beforeEach(() => {
  now = start;
  app = newAudienceApp(() => now);
  app.db().exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT 'c' || i || '@x.example', 'c' || i || '@x.example', 'x.example', i, i FROM n`);
});
afterEach(() => app.close());

const running = () => ({
  open: () => app.db(),
  clock: () => now,
  signal: new AbortController().signal,
});
const tagged = () =>
  app
    .db()
    .prepare(
      "SELECT t.name || ':' || count(c.contact_id) FROM tag t LEFT JOIN contact_tag c ON c.tag_id = t.id GROUP BY t.id ORDER BY t.name",
    )
    .pluck()
    .all();
const tasksOf = async (state: string) =>
  (await app.ask<{ items: Task[] }>("GET", `/tasks?state=${state}`)).items;
const context = () => ({
  db: app.db(),
  jobs: createJobQueue(app.databases.system, () => now),
  workspaceId: app.workspace.id,
  actorId: "u",
  now,
});

test("tagging many contacts is one kind of task however it is requested, and is undone exactly", async () => {
  await app.ask("POST", "/tags/apply", { add: ["Old"], ids: [1, 2] });
  await app.ask("POST", "/contacts/bulk", { action: "add_tag", tag: "New", ids: [3] });
  const before = tagged();

  const change = { add: ["New", "Both"], remove: ["Old", "Both"], filter: {} };
  const { task } = await app.ask<Applied>("POST", "/tags/apply", change);
  await app.runTask(task.id);
  expect(tagged()).toEqual(["Both:0", "New:60", "Old:0"]);
  await app.ask("POST", `/tasks/${task.id}/undo`);
  expect(await tasksOf("open")).toMatchObject([{ id: task.id, undoState: "queued" }]);
  await runUndo(running(), taskKinds, task.id);

  expect(tagged()).toEqual(["Both:0", ...before]);
  expect(await tasksOf("open")).toEqual([]);
  expect(await tasksOf("all")).toMatchObject([
    { kind: "tag_apply", state: "done", doneCount: 60, undoState: "done", undoneCount: 59 },
    { kind: "tag_apply", state: "done", doneCount: 1, undoState: "none" },
    { kind: "tag_apply", state: "done", doneCount: 2, undoState: "none" },
  ]);
});

test("what a request could not finish because its process died is finished by its job", async () => {
  app.db().exec("INSERT INTO tag (id, name, name_key, created_at) VALUES (7, 'T', 't', 0)");
  const ids = Array.from({ length: 60 }, (_, index) => index + 1);
  const payload = { add: [7], remove: [], ids };
  const task = startTask(context(), taskKinds.tag_apply, { payload, total: 60, delayMs: 60_000 });
  const died = new AbortController();
  setTimeout(() => died.abort(new Error("the process died")), 1);
  await expect(
    runTask({ ...running(), signal: died.signal, pauseMs: 20 }, taskKinds, task.id),
  ).rejects.toThrow("the process died");
  const half = await app.ask<Task>("GET", `/tasks/${task.id}`);

  await app.runTask(task.id);
  await app.runTask(task.id);

  expect(half).toMatchObject({ state: "running", doneCount: 25 });
  expect(await app.ask<Task>("GET", `/tasks/${task.id}`)).toMatchObject({
    state: "done",
    doneCount: 60,
  });
  expect(tagged()).toEqual(["T:60"]);
  const job = app.databases.system
    .prepare("SELECT kind, due_at AS due FROM job WHERE payload ->> 'id' = ?")
    .get(task.id);
  expect(job).toEqual({ kind: "task.run", due: start + 60_000 });
});

test("two runs of one task at the same time do each step once", async () => {
  const { task } = await app.ask<Applied>("POST", "/tags/apply", { add: ["T"], filter: {} });

  const changed = await Promise.all([
    runTask(running(), taskKinds, task.id),
    runTask(running(), taskKinds, task.id),
  ]);

  expect(changed[0] + changed[1]).toBe(60);
  expect((await app.ask<Task>("GET", `/tasks/${task.id}`)).doneCount).toBe(60);
});

test("a search that another run overtook is repeated", async () => {
  let searches = 0;
  const slow = {
    ...stepwise("tag_merge", () => ({ done: 0, cursor: undefined })),
    prepare: () => {
      searches += 1;
      if (searches === 1) {
        app.db().exec("UPDATE task SET cursor = 'moved' WHERE kind = 'tag_merge'");
      }
      return () => ({ done: 5, cursor: undefined });
    },
  };
  const task = startTask(context(), slow, { payload: {} });

  await runTask(running(), { tag_merge: slow }, task.id);

  expect(searches).toBe(2);
  expect(await app.ask<Task>("GET", `/tasks/${task.id}`)).toMatchObject({ doneCount: 5 });
});

test("an error leaves a task waiting while it will be retried, and ends it at the last attempt", async () => {
  const broken = stepwise("tag_merge", () => {
    throw new Error("a disk that is full");
  });
  const kinds = { ...taskKinds, tag_merge: broken };
  const { id } = startTask(context(), broken, { payload: {} });

  await expect(runTask(running(), kinds, id)).rejects.toThrow("a disk that is full");
  expect(await tasksOf("open")).toMatchObject([{ id, state: "queued" }]);
  await runTask({ ...running(), isLastTry: true }, kinds, id);

  const failed = await app.ask<Task & { error: string }>("GET", `/tasks/${id}`);
  expect(failed.state).toBe("failed");
  expect(failed.error).not.toContain("disk");
});

test("a finished task is kept for 90 days, one that waits or is being undone as long as that takes", async () => {
  const change = { add: ["T"], ids: [1] };
  const ended = (await app.ask<Applied>("POST", "/tags/apply", change)).task;
  const undoing = (await app.ask<Applied>("POST", "/tags/apply", { ...change, ids: [2] })).task;
  await app.ask("POST", `/tasks/${undoing.id}/undo`);
  const waiting = (await app.ask<Applied>("POST", "/tags/apply", { add: ["T"], filter: {} })).task;
  const plan = app
    .db()
    .prepare(
      "EXPLAIN QUERY PLAN SELECT id FROM task WHERE state IN ('queued', 'running') OR undo_state = 'queued'",
    )
    .all();

  expect(forgetOldTasks(app.db(), now + 89 * 86_400_000, 10)).toBe(0);
  expect(forgetOldTasks(app.db(), now + 91 * 86_400_000, 10)).toBe(1);

  await app.ask("GET", `/tasks/${ended.id}`, undefined, 404);
  expect(await tasksOf("open")).toMatchObject([{ id: waiting.id }, { id: undoing.id }]);
  expect(JSON.stringify(plan)).toContain("task_open");
});

test("a merge can be neither stopped nor undone, and a viewer cannot change anything", async () => {
  const { id } = startTask(context(), taskKinds.tag_merge, { payload: { tagId: 1, into: 2 } });
  const same = startTask(context(), taskKinds.tag_merge, { payload: { tagId: 1, into: 2 } });
  expect(same.id).toBe(id);
  await app.ask("POST", `/tasks/${id}/cancel`, undefined, 409);
  await app.ask("POST", `/tasks/${id}/undo`, undefined, 409);
  await app.ask("POST", `/contacts/bulk/${id}/undo`, undefined, 404);

  const viewer = { role: "viewer" as const, workspaceId: app.workspace.id };
  const path = `/workspaces/${app.workspace.id}/tasks/${id}`;
  expect((await app.call(viewer, "POST", `${path}/cancel`)).status).toBe(403);
  expect((await app.call(viewer, "POST", `${path}/undo`)).status).toBe(403);
  expect((await app.call(viewer, "GET", path)).status).toBe(200);
});

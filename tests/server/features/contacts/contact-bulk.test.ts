import { afterEach, beforeEach, expect, test } from "bun:test";
import { runTask } from "../../../../server/features/tasks/task-run.service.ts";
import { cancelTask, getTask } from "../../../../server/features/tasks/tasks.service.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { taskKinds } from "../../../../server/task-kinds.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  const db = fixture.databases.workspace(workspace.id);
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 950)
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT 'c' || i || '@' || iif(i % 2, 'odd', 'even') || '.example',
           'c' || i || '@' || iif(i % 2, 'odd', 'even') || '.example',
           iif(i % 2, 'odd', 'even') || '.example', i, i FROM n;
    UPDATE audience_count SET n = 950 WHERE name = 'contacts';
    INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'All', 'all', 0, 0)`);
});
afterEach(() => fixture.close());

const open = () => fixture.databases.workspace(workspace.id);
const count = (sql: string) =>
  (open().prepare(`SELECT count(*) AS n FROM ${sql}`).get() as { n: number }).n;
const post = async (body: unknown) =>
  (await (
    await fixture.call(
      { role: "editor", workspaceId: workspace.id },
      "POST",
      `/workspaces/${workspace.id}/contacts/bulk`,
      body,
    )
  ).json()) as { affected: number; job: { id: number; state: string } | null; status?: number };
const run = (id: number, signal = new AbortController().signal) =>
  runTask({ open, clock: Date.now, signal }, taskKinds, id);

test("applies to named contacts at once and returns how many changed", async () => {
  const added = await post({ action: "add_to_list", listId: 1, ids: [1, 2, 3, 99_999] });
  const again = await post({ action: "add_to_list", listId: 1, ids: [3, 4] });
  const removed = await post({ action: "remove_from_list", listId: 1, ids: [1] });

  expect([added.affected, again.affected, removed.affected]).toEqual([3, 1, 1]);
  expect(count("list_contact")).toBe(3);
});

test("adding in bulk does not resubscribe unsubscribed people, and removing keeps the record", async () => {
  open().exec("INSERT INTO list_contact VALUES (1, 1, 'unsubscribed', 0, 'u', '')");

  await post({ action: "add_to_list", listId: 1, ids: [1] });
  await post({ action: "remove_from_list", listId: 1, ids: [1] });

  expect(count("list_contact WHERE status = 'unsubscribed'")).toBe(1);
});

test("deletes all contacts of a filter as a job, and no others", async () => {
  const { job } = await post({ action: "delete", filter: { q: "@odd.example" } });
  expect(job?.state).toBe("queued");
  expect(open().prepare("SELECT 1 FROM contact").all()).toHaveLength(950);

  await run(job?.id ?? 0);

  expect(count("contact WHERE domain = 'odd.example'")).toBe(0);
  expect(count("contact")).toBe(475);
  expect(getTask(open(), taskKinds, job?.id ?? 0)).toMatchObject({
    ...{
      state: "done",
      doneCount: 475,
      total: 475,
      unit: "contacts",
      startedAt: expect.any(Number),
    },
  });
  expect(open().prepare("SELECT n FROM audience_count WHERE name = 'contacts'").get()).toEqual({
    n: 475,
  });
});

test("an interrupted job continues where it was and counts nobody twice", async () => {
  const { job } = await post({ action: "suppress", filter: { status: "mailable" } });
  const id = job?.id ?? 0;
  const abort = new AbortController();
  const first = run(id, abort.signal);
  setTimeout(() => abort.abort(new Error("the process is stopping")), 12);
  await first.catch(() => {});
  const half = getTask(open(), taskKinds, id).doneCount;

  await run(id);

  expect(half).toBeGreaterThan(0);
  expect(half).toBeLessThan(950);
  expect(getTask(open(), taskKinds, id)).toMatchObject({ state: "done", doneCount: 950 });
  expect(count("suppression WHERE reason = 'manual'")).toBe(950);
});

test("a cancelled job changes nothing more", async () => {
  const { job } = await post({ action: "delete", filter: {} });
  const jobs = createJobQueue(fixture.databases.system, Date.now);
  const by = { db: open(), jobs, workspaceId: workspace.id, actorId: "u", now: 0 };
  cancelTask(by, taskKinds, job?.id ?? 0);

  await run(job?.id ?? 0);

  expect(count("contact")).toBe(950);
});

test("refuses ids and filter together or neither, and an unknown list", async () => {
  expect((await post({ action: "delete" })).status).toBe(422);
  expect((await post({ action: "delete", ids: [1], filter: {} })).status).toBe(422);
  expect((await post({ action: "add_to_list", ids: [1] })).status).toBe(422);
  expect((await post({ action: "add_to_list", ids: [1], listId: 9 })).status).toBe(422);
});

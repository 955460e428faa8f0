// What a task's card shows: its history, without polling.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { runUndo } from "../../../../server/features/tasks/task-run.service.ts";
import { taskKinds } from "../../../../server/task-kinds.ts";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";
import { runTaskOf } from "../../../support/run-task.ts";

type Line = { event: string; actorName: string | null; doneCount: number | null; times: number };
type Tasks = { items: { id: number; kind: string; state: string; doneCount: number }[] };

let fixture: AccountsApp;
let ada: SignedUp;
let base: string;

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  base = `/workspaces/${ada.workspaceId}`;
  db().exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT 'c' || i || '@x.example', 'c' || i || '@x.example', 'x.example', i, i FROM n`);
});
afterEach(() => fixture.close());

const db = () => fixture.databases.workspace(ada.workspaceId);
async function ask<T>(method: string, path: string, body?: unknown, as = ada.cookie): Promise<T> {
  const response = await fixture.call(as, method, `${base}${path}`, body);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
const nameOf = (userId: string) =>
  fixture.databases.system.prepare("SELECT name FROM user WHERE id = ?").pluck().get(userId);
const clock = () => {
  fixture.clock.now += 10;
  return fixture.clock.now;
};
const run = (id: number, signal?: AbortSignal) =>
  runTaskOf(fixture, ada.workspaceId, id, {
    clock,
    ...(signal === undefined ? {} : { signal, isLastTry: false, pauseMs: 100 }),
  });
const tagAll = async () =>
  (await ask<{ task: { id: number } }>("POST", "/tags/apply", { add: ["T"], filter: {} })).task.id;
async function interrupted(id: number): Promise<void> {
  const before = doneCount(id);
  const died = new AbortController();
  const watch = setInterval(() => {
    if (doneCount(id) > before) {
      died.abort(new Error("the process died"));
    }
  }, 1);
  await expect(run(id, died.signal)).rejects.toThrow("the process died");
  clearInterval(watch);
}
const doneCount = (id: number) =>
  Number(db().prepare("SELECT done_count FROM task WHERE id = ?").pluck().get(id));
const log = async (id: number) =>
  (await ask<{ items: Line[] }>("GET", `/tasks/${id}/log`)).items.map(
    ({ event, actorName, doneCount: done, times }) => [event, actorName, done, times],
  );

test("the log says who requested the task, where it continued, how it ended, and that it was undone", async () => {
  const id = await tagAll();
  await interrupted(id);
  await interrupted(id);
  await run(id);
  const owner = String(nameOf(ada.userId));
  const bob = await joinAs(fixture, ada, "bob@example.com", "editor");
  fixture.clock.now += 10;
  await ask("POST", `/tasks/${id}/undo`, undefined, bob.cookie);
  const signal = new AbortController().signal;
  await runUndo({ open: db, clock, signal }, taskKinds, id);

  expect(await log(id)).toEqual([
    ["requested", owner, null, 1],
    ["started", null, null, 1],
    ["resumed", null, 50, 2],
    ["done", null, 60, 1],
    ["undo_requested", String(nameOf(bob.userId)), 60, 1],
    ["undone", null, 60, 1],
  ]);
});

test("an erasure's log says when the data was removed; the log of a task that it cancelled says who did that", async () => {
  const erasure = await ask<{ id: number }>("POST", "/privacy/requests", {
    kind: "erase",
    address: "c1@x.example",
  });
  const file = await ask<{ id: number }>("POST", "/exports", { kind: "contacts" });
  await run(erasure.id);
  await ask("POST", `/exports/${file.id}/cancel`);
  const owner = String(nameOf(ada.userId));

  expect((await log(erasure.id)).map(([event]) => event)).toEqual([
    "requested",
    "started",
    "erased",
    "done",
  ]);
  expect(await log(file.id)).toEqual([
    ["requested", owner, null, 1],
    ["restarted", null, 0, 1],
    ["cancelled", owner, 0, 1],
  ]);
  expect(JSON.stringify(db().prepare("SELECT * FROM task_log").all())).not.toContain("@");
});

test("a person who may not see a task does not get its log", async () => {
  const { id } = await ask<{ id: number }>("POST", "/exports", { kind: "contacts" });
  const bob = await joinAs(fixture, ada, "bob@example.com", "editor");

  const asked = await fixture.call(bob.cookie, "GET", `${base}/tasks/${id}/log`);
  expect(asked.status).toBe(404);
});

/** Reads the next list of tasks from a stream; undefined at its end. */
async function follow(as: string) {
  const response = await fixture.call(as, "GET", `${base}/tasks/events`);
  const reader = response.body?.getReader();
  const next = async (): Promise<Tasks["items"] | undefined> => {
    for (;;) {
      const part = await reader?.read();
      if (part?.done !== false) {
        return undefined;
      }
      const [, data] = new TextDecoder().decode(part.value).split("data: ");
      if (data !== undefined) {
        return (JSON.parse(data) as Tasks).items;
      }
    }
  };
  return { response, next, leave: () => reader?.cancel() };
}

test("the stream reports tasks as they begin, continue and end, and nothing twice", async () => {
  const { response, next, leave } = await follow(ada.cookie);
  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  expect(await next()).toEqual([]);

  const id = await tagAll();
  expect(await next()).toMatchObject([{ id, kind: "tag_apply", state: "queued", doneCount: 0 }]);
  await interrupted(id);
  expect(await next()).toMatchObject([{ id, state: "running", doneCount: 25 }]);
  await run(id);
  expect(await next()).toEqual([]);
  await leave();
}, 30_000);

test("a person who loses a permission gets no more of what it allowed, and nothing after losing access", async () => {
  const bob = await joinAs(fixture, ada, "bob@example.com", "admin");
  const { id } = await ask<{ id: number }>("POST", "/exports", { kind: "contacts" });
  const { next } = await follow(bob.cookie);
  expect(await next()).toMatchObject([{ id, kind: "export" }]);

  const role = (name: string) =>
    fixture.databases.system
      .prepare("UPDATE membership SET role = ? WHERE user_id = ?")
      .run(name, bob.userId);
  role("viewer");
  expect(await next()).toEqual([]);
  fixture.databases.system.prepare("DELETE FROM membership WHERE user_id = ?").run(bob.userId);
  expect(await next()).toBeUndefined();
}, 30_000);

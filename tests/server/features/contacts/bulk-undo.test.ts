import { afterEach, beforeEach, expect, test } from "bun:test";
import { applyDirectly } from "../../../../server/delivery/ingest/batch.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { forgetExpiredUndo } from "../../../../server/features/contacts/contact-bulk.service.ts";
import { runTask, runUndo } from "../../../../server/features/tasks/task-run.service.ts";
import { taskKinds } from "../../../../server/task-kinds.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let now: number;

beforeEach(async () => {
  now = 1_800_000_000_000;
  fixture = newTestApp(() => now);
  workspace = fixture.newWorkspace();
  for (const email of ["ann@a.example", "ben@b.example", "cat@c.example"]) {
    await call("POST", "/contacts", { email, firstName: "<b>x</b>" });
  }
  await call("POST", "/contact-fields", { label: "City", type: "text" });
  await call("POST", "/lists", { name: "News" });
});
afterEach(() => fixture.close());

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "editor");
const db = () => fixture.databases.workspace(workspace.id);
const signal = new AbortController().signal;
const running = { open: () => db(), clock: () => now, signal };

/** What undo must restore: everything about contacts, but not the log of who changed them. */
function state(): string {
  const all = (table: string) => JSON.stringify(db().prepare(`SELECT * FROM ${table}`).all());
  const contact = "(SELECT id, email, address, first_name, fields, created_at FROM contact)";
  return [
    contact,
    "audience_count",
    "(SELECT list_id, contact_id, status FROM list_contact)",
    "(SELECT id, subscribed_count, pending_count, unsubscribed_count FROM list)",
    "contact_tag",
    "(SELECT id, contact_count FROM tag)",
    "suppression",
    "contact_note",
  ]
    .map(all)
    .join("\n");
}

async function doAndUndo(body: Record<string, unknown>) {
  const before = state();
  const done = await call("POST", "/contacts/bulk", body);
  expect(done.status).toBe(200);
  if (body["filter"] !== undefined) {
    await runTask(running, taskKinds, done.body.action.id);
  }
  const between = state();
  const undo = await call("POST", `/contacts/bulk/${done.body.action.id}/undo`);
  expect(undo.status).toBe(200);
  await runUndo(running, taskKinds, done.body.action.id);
  return { before, between, after: state(), id: done.body.action.id as number };
}

test("each bulk action is undone completely, and what was so before it stays", async () => {
  await call("POST", "/contacts/bulk", { action: "add_tag", tag: "VIP", ids: [1] });
  await call("POST", "/contacts/bulk", {
    action: "set_field",
    field: "city",
    value: "Köln",
    ids: [1],
  });
  await call("POST", "/contacts/bulk", { action: "add_to_list", listId: 1, ids: [1] });
  await call("POST", "/suppressions", { addresses: ["ann@a.example"] });
  await call("POST", "/contacts/1/notes", { text: "called <i>twice</i>" });

  for (const request of [
    { action: "add_tag", tag: "VIP", ids: [1, 2, 3] },
    { action: "remove_tag", tag: "vip", ids: [1, 2] },
    { action: "set_field", field: "city", value: "Oslo", ids: [1, 2] },
    { action: "set_field", field: "city", value: null, filter: {} },
    { action: "add_to_list", listId: 1, ids: [1, 2] },
    { action: "remove_from_list", listId: 1, filter: {} },
    { action: "suppress", filter: { q: "@b" } },
    { action: "delete", ids: [1, 2] },
    { action: "delete", filter: {} },
  ]) {
    const { before, between, after } = await doAndUndo(request);
    expect(between).not.toBe(before);
    expect(after).toBe(before);
  }
});

test("an action can be undone once, within a week, and the list of actions shows it", async () => {
  const { id } = await doAndUndo({ action: "suppress", ids: [1] });
  const late = await call("POST", "/contacts/bulk", { action: "delete", ids: [2] });
  now += 7 * 86_400_000;

  expect((await call("POST", `/contacts/bulk/${id}/undo`)).status).toBe(409);
  expect((await call("POST", `/contacts/bulk/${late.body.action.id}/undo`)).status).toBe(409);
  expect((await call("GET", "/contacts/bulk")).body.items).toMatchObject([
    { kind: "contact_delete", undoState: "none", undoneCount: 0 },
    { kind: "contact_suppress", undoState: "done", undoneCount: 1 },
  ]);
  expect(forgetExpiredUndo(db(), now, 10)).toBe(1);
  expect(db().prepare("SELECT count(*) AS n FROM task_undo").get()).toEqual({ n: 0 });
});

test("undoing a suppression keeps those suppressed who unsubscribed meanwhile", async () => {
  const done = await call("POST", "/contacts/bulk", { action: "suppress", ids: [1, 2] });
  now += 1_000;
  const said = {
    k: "unsubscribe",
    w: workspace.id,
    c: 9,
    s: 1,
    ct: 1,
    a: "ann@a.example",
  } as const;
  const rules = { classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules };
  applyDirectly(db(), [{ ...said, at: now, via: "page", ip: "", ua: "" }], rules, now);
  await call("POST", `/contacts/bulk/${done.body.action.id}/undo`);
  await runUndo(running, taskKinds, done.body.action.id);

  expect((await call("GET", "/contacts/1")).body.status).toBe("unsubscribed");
  expect((await call("GET", "/contacts/2")).body.status).toBe("mailable");
});

test("undoing a deletion does not restore contacts whose address belongs to somebody else now", async () => {
  const done = await call("POST", "/contacts/bulk", { action: "delete", ids: [1, 2] });
  const again = await call("POST", "/contacts", { email: "ann@a.example" });
  await call("POST", `/contacts/bulk/${done.body.action.id}/undo`);
  await runUndo(running, taskKinds, done.body.action.id);

  expect((await call("GET", "/contacts/count")).body.count).toBe(3);
  expect((await call("GET", "/contacts/2")).body.email).toBe("ben@b.example");
  expect((await call("GET", `/contacts/${again.body.id}`)).status).toBe(200);
  expect((await call("GET", "/contacts/1")).status).toBe(404);
});

test("a missing parameter of an action is refused", async () => {
  const bulk = (body: object) => call("POST", "/contacts/bulk", { ids: [1], ...body });

  expect((await bulk({ action: "add_tag" })).body.fields[0].field).toBe("tag");
  expect((await bulk({ action: "set_field", field: "nope" })).body.fields[0].field).toBe("field");
  expect((await bulk({ action: "add_to_list" })).body.fields[0].field).toBe("listId");
  expect((await call("GET", "/contacts/bulk")).body.items).toEqual([]);
});

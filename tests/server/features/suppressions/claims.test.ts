import { afterEach, beforeEach, expect, test } from "bun:test";
import { applyDirectly } from "../../../../server/delivery/ingest/batch.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { runTask, runUndo } from "../../../../server/features/tasks/task-run.service.ts";
import { taskKinds } from "../../../../server/task-kinds.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

// An address has only one suppression. Other reasons to suppress it must not be lost when that suppression is undone.

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const anna = "anna@x.example";
const open = () => fixture.db;
const { signal } = new AbortController();

async function importAnna(status: string): Promise<number> {
  return (await fixture.import(`email,status\n${anna},${status}\n`)).id;
}
async function undoImport(id: number): Promise<void> {
  expect((await fixture.call("POST", `/imports/${id}/undo`)).status).toBe(200);
  await fixture.runUndo(id);
}
async function suppressByBulk(): Promise<number> {
  const body = { action: "suppress", filter: { q: "anna" } };
  const done = await fixture.call<{ action: { id: number } }>("POST", "/contacts/bulk", body);
  const { id } = done.body.action;
  await runTask({ open, clock: Date.now, signal }, taskKinds, id);
  return id;
}
async function undoBulk(id: number): Promise<void> {
  expect((await fixture.call("POST", `/contacts/bulk/${id}/undo`)).status).toBe(200);
  await runUndo({ open, clock: Date.now, signal }, taskKinds, id);
}
const addAnna = () => fixture.call("POST", "/contacts", { email: anna });
const suppression = () =>
  fixture.db.prepare("SELECT reason, source FROM suppression WHERE address = ?").get(anna);
const claims = () => fixture.db.prepare("SELECT count(*) FROM suppression_claim").pluck().get();

test.each(["first", "second"])(
  "with two imports that do not understand a status, undoing the %s one releases nobody",
  async (which) => {
    await addAnna();
    const first = await importAnna("Gold");
    const second = await importAnna("Silver");
    const [undone, stays] = which === "first" ? [first, second] : [second, first];

    await undoImport(undone);

    expect(suppression()).toEqual({ reason: "unclear", source: `import:${stays}` });
    await undoImport(stays);
    expect(suppression()).toBeUndefined();
    expect(claims()).toBe(0);
  },
);

test("undoing a bulk action keeps those suppressed whom a file has named meanwhile", async () => {
  await addAnna();
  const bulk = await suppressByBulk();
  const file = await importAnna("unsubscribed");

  await undoBulk(bulk);

  expect(suppression()).toEqual({ reason: "unsubscribed", source: `import:${file}` });
});

test("a status that is not understood still holds back people whom a bulk action suppressed in between", async () => {
  await addAnna();
  const file = await importAnna("Gold");
  const bulk = await suppressByBulk();

  await undoBulk(bulk);

  expect(suppression()).toEqual({ reason: "unclear", source: `import:${file}` });
  await undoImport(file);
  expect(suppression()).toBeUndefined();
});

test("two bulk actions each apply until they are undone themselves", async () => {
  await addAnna();
  const first = await suppressByBulk();
  const second = await suppressByBulk();

  await undoBulk(first);
  expect(suppression()).toEqual({ reason: "manual", source: `bulk:${second}` });
  await undoBulk(second);
  expect(suppression()).toBeUndefined();
});

test("lifting a suppression by hand keeps the opt-out that a file added meanwhile", async () => {
  await addAnna();
  await suppressByBulk();
  await importAnna("unsubscribed");

  const lifted = await fixture.call("DELETE", "/suppressions", { address: anna, reason: "typo" });

  expect(lifted.body).toMatchObject({ remains: "unsubscribed" });
  await fixture.call("DELETE", "/suppressions", { address: anna, reason: "they asked" });
  expect(suppression()).toBeUndefined();
});

test("lifting an unsubscribe keeps what workspace users decided", async () => {
  await addAnna();
  const first = await suppressByBulk();
  const second = await suppressByBulk();
  const rules = { classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules };
  const said = { c: 9, s: 1, ct: 1, a: anna, via: "one_click", ip: "", ua: "" } as const;
  const fact = { k: "unsubscribe", w: fixture.workspace.id, at: Date.now(), ...said } as const;
  applyDirectly(fixture.db, [fact], rules, Date.now());

  await undoBulk(first);
  expect(suppression()).toMatchObject({ reason: "unsubscribed" });
  const lifted = await fixture.call("DELETE", "/suppressions", { address: anna, reason: "asked" });

  expect(lifted.body).toMatchObject({ remains: "manual" });
  expect(suppression()).toEqual({ reason: "manual", source: `bulk:${second}` });
});

test("if one file says both, the opt-out counts, also after a bulk action", async () => {
  await addAnna();
  const bulk = await suppressByBulk();
  const rows = `email,status\n${anna},Gold\n${anna},unsubscribed\n`;
  const { id } = await fixture.import(rows);

  await undoBulk(bulk);
  await undoImport(id);

  expect(suppression()).toEqual({ reason: "unsubscribed", source: `import:${id}` });
});

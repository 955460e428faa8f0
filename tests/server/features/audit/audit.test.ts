import { afterEach, beforeEach, expect, test } from "bun:test";
import { verifyAudit } from "../../../../server/features/audit/audit.service.ts";
import type { AuditLog } from "../../../../server/features/ports.ts";
import { createAuditLog } from "../../../../server/platform/audit/audit-log.ts";
import { inTransaction } from "../../../../server/platform/db/transaction.ts";
import { newTestApp, type TestApp, toEnd } from "../../../support/app.ts";

let fixture: TestApp;
let audit: AuditLog;

beforeEach(() => {
  fixture = newTestApp();
  audit = createAuditLog(fixture.databases.system, () => 1_000);
  for (let i = 1; i <= 5; i++) {
    audit.record({ actorId: "u1", workspaceId: "w1", action: "list.create", target: i });
  }
});
afterEach(() => fixture.close());

const verify = () => toEnd(verifyAudit(fixture.databases.system));
const sql = (text: string) => fixture.databases.system.exec(text);

test("an unchanged log verifies", () => {
  expect(verify()).toEqual({ ok: true, entries: 5, brokenAt: null, reason: null });
});

test("changed, removed and forged entries and a truncated end are all detected", async () => {
  const db = fixture.databases.system;
  const damages: [string, number][] = [
    ["UPDATE audit SET detail = '{\"x\":1}' WHERE id = 3", 3],
    ["UPDATE audit SET workspace_id = 'w2' WHERE id = 2", 2],
    ["DELETE FROM audit WHERE id = 4", 4],
    ["DELETE FROM audit WHERE id = 5", 5],
    ["UPDATE audit SET hash = 'f' WHERE id = 1", 1],
  ];

  for (const [damage, at] of damages) {
    db.exec("SAVEPOINT before");
    db.exec(damage);
    const verdict = verify();
    db.exec("ROLLBACK TO before; RELEASE before");

    expect(verdict.ok).toBe(false);
    expect(verdict.brokenAt).toBe(at);
  }
});

test("a long log is checked in steps, and entries added meanwhile are no fault", () => {
  const { system } = fixture.databases;
  const add = (count: number) =>
    inTransaction(system, () => {
      for (let i = 0; i < count; i++) {
        audit.record({ actorId: "u1", workspaceId: "w1", action: "list.create" });
      }
    });
  add(2_000);
  const steps = verifyAudit(system);
  let rests = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    rests += 1;
    add(10);
  }

  expect(rests).toBe(2);
  expect(step.value).toMatchObject({ ok: true, entries: 2_025 });
});

test("an entry is rolled back with its transaction", async () => {
  const { system } = fixture.databases;
  const fails = () =>
    inTransaction(system, () => {
      audit.record({ actorId: "u1", workspaceId: "w1", action: "list.delete" });
      throw new Error("the change failed");
    });

  expect(fails).toThrow("the change failed");
  expect(verify()).toMatchObject({ ok: true, entries: 5 });
});

test("a workspace's page shows its own entries only, newest first, page after page", async () => {
  const own = fixture.newWorkspace();
  sql("INSERT INTO user VALUES ('u2', 'a@b.c', 'a@b.c', 'Ada', '', 0, 'en', 0, 0, NULL, 0)");
  for (let i = 1; i <= 3; i++) {
    audit.record({ actorId: "u2", workspaceId: own.id, action: "list.create", target: i });
  }
  const as = { role: "admin", workspaceId: own.id } as const;
  const path = `/workspaces/${own.id}/audit?limit=2`;

  const first = (await (await fixture.call(as, "GET", path)).json()) as Page;
  const rest = (await (
    await fixture.call(as, "GET", `${path}&cursor=${first.nextCursor}`)
  ).json()) as Page;

  expect(first.items.map(({ target }) => target)).toEqual(["3", "2"]);
  expect(first.items[0]).toMatchObject({ actorName: "Ada", action: "list.create", at: 1_000 });
  expect(rest.items.map(({ target }) => target)).toEqual(["1"]);
  expect(rest.nextCursor).toBeNull();
});

test("only administrators of a workspace can read its log", async () => {
  const own = fixture.newWorkspace();
  const asEditor = { role: "editor", workspaceId: own.id } as const;

  const refused = await fixture.call(asEditor, "GET", `/workspaces/${own.id}/audit`);

  expect(refused.status).toBe(403);
});

type Page = { items: { target: string; actorName: string }[]; nextCursor: string | null };

import { afterEach, beforeEach, expect, test } from "bun:test";
import { tidyAll } from "../../../../server/features/privacy/tidy.service.ts";
import { createAuditTrail } from "../../../../server/platform/audit/trail.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

const DAY = 86_400_000;
const NOW = 1_800_000_000_000;
let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp(() => NOW);
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const db = () => fixture.databases.workspace(workspace.id);
const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "admin");

const tidy = () =>
  tidyAll({
    databases: fixture.databases,
    clock: () => NOW,
    trail: createAuditTrail(
      () => fixture.databases.system,
      () => NOW,
    ),
    signal: new AbortController().signal,
  });

function addContacts(n: number, daysAgo: number): number[] {
  const insert = db().prepare(
    `INSERT INTO contact (email, address, domain, created_at, updated_at) VALUES (@address, @address, 'x.example', @at, @at)`,
  );
  const ids: number[] = [];
  for (let i = 0; i < n; i++) {
    const at = NOW - daysAgo * DAY;
    ids.push(Number(insert.run({ address: `c${daysAgo}.${i}@x.example`, at }).lastInsertRowid));
  }
  db().prepare("UPDATE audience_count SET n = n + ? WHERE name = 'contacts'").run(n);
  return ids;
}

function addEvents(n: number, daysAgo: number): void {
  const insert = db().prepare(
    `INSERT INTO event (at, kind, campaign_id, seq, contact_id, class, rule, ip, agent_id)
     VALUES (?, 'open', 1, 1, 1, 'human', 'r', '192.0.2.7', 3)`,
  );
  for (let i = 0; i < n; i++) {
    insert.run(NOW - daysAgo * DAY);
  }
}
const count = (sql: string) =>
  db().prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${sql}`).get()?.n;

test("nothing is removed as long as nothing is set", async () => {
  addContacts(3, 4_000);
  addEvents(3, 4_000);

  await tidy();

  expect([count("contact"), count("event")]).toEqual([3, 3]);
  expect((await call("GET", "/privacy/retention")).body).toMatchObject({
    noConsentDays: null,
    engagementDays: null,
    ipDays: null,
    runAt: NOW,
  });
});

test("old contacts without a list or consent are removed, and the preview says how many", async () => {
  const [listed, pending, gone, consented] = addContacts(1_203, 40);
  addContacts(2, 20);
  const list = (await call("POST", "/lists", { name: "News" })).body.id as number;
  const join = db().prepare(
    "INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (?, ?, ?, 0)",
  );
  join.run(list, listed, "subscribed");
  join.run(list, pending, "pending");
  join.run(list, gone, "unsubscribed");
  db()
    .prepare(
      `INSERT INTO consent (at, contact_id, address, action, source, actor) VALUES (0, ?, 'a', 'given', 'form:1', 'contact')`,
    )
    .run(consented);

  const preview = await call("POST", "/privacy/retention/preview", { noConsentDays: 30 });
  await call("PATCH", "/privacy/retention", { noConsentDays: 30 });
  await tidy();

  expect(preview.body).toEqual({ contacts: 1_200, events: 0, ips: 0, exact: true });
  expect(count("contact")).toBe(5);
  expect((await call("GET", "/contacts/count")).body.count).toBe(5);
});

test("engagement details and network addresses are removed after their own number of days, and counters stay", async () => {
  addEvents(700, 400);
  addEvents(3, 100);
  addEvents(2, 1);
  db().exec("INSERT INTO campaign_count VALUES (1, 'open_human', 0, 705)");

  const preview = await call("POST", "/privacy/retention/preview", {
    engagementDays: 365,
    ipDays: 30,
  });
  await call("PATCH", "/privacy/retention", { engagementDays: 365, ipDays: 30 });
  await tidy();
  await tidy();

  expect(preview.body).toMatchObject({ events: 700, ips: 703 });
  expect(count("event")).toBe(5);
  expect(count("event WHERE ip <> '' OR agent_id <> 0")).toBe(2);
  expect(count("campaign_count WHERE n = 705")).toBe(1);
  const audited = fixture.databases.system
    .prepare<[], { detail: string }>(
      "SELECT detail FROM audit WHERE action = 'privacy.retention_run'",
    )
    .all();
  expect(audited.map(({ detail }) => JSON.parse(detail))).toEqual([
    { contacts: 0, events: 700, ips: 3 },
  ]);
});

test("an invalid number of days is refused", async () => {
  expect((await call("PATCH", "/privacy/retention", { ipDays: 0 })).status).toBe(422);
  expect((await call("PATCH", "/privacy/retention", { ipDays: 1.5 })).status).toBe(422);
});

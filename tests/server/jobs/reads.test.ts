import { afterAll, beforeAll, expect, test } from "bun:test";
import { contactLooks } from "../../../server/features/contacts/contact-looks.service.ts";
import { reportLooks } from "../../../server/features/reports/report-looks.service.ts";
import { type Reads, startReads } from "../../../server/jobs/reads.ts";
import { createAuditLog } from "../../../server/platform/audit/audit-log.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../support/app.ts";

let fixture: TestApp;
let reads: Reads;
let workspace: TestWorkspace;

beforeAll(async () => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  fixture.databases.workspace(workspace.id).exec(`
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    VALUES ('ada@example.org', 'ada@example.org', 'example.org', 0, 0),
           ('ben@example.org', 'ben@example.org', 'example.org', 0, 0);
    INSERT INTO suppression (address, reason, created_at) VALUES ('ben@example.org', 'manual', 0);`);
  reads = await startReads(fixture.dataDir);
});
afterAll(async () => {
  await reads.stop();
  fixture.close();
});

test("pages of a workspace are returned unchanged by the reads thread", async () => {
  const page = await reads.look(workspace.id, contactLooks.page, { status: "mailable" });
  const count = await reads.look(workspace.id, contactLooks.count, { q: "ben" });
  const glance = await reads.look(workspace.id, reportLooks.dashboard, null);

  expect(page.items.map(({ email }) => email)).toEqual(["ada@example.org"]);
  expect(count).toEqual({ count: 1, exact: true });
  expect(glance.recent).toEqual([]);
});

test("a refusal keeps its code across threads", async () => {
  const missing = reads.look(workspace.id, reportLooks.report, 99);
  const foreign = reads.look(workspace.id, contactLooks.page, { cursor: "invented" });

  // Both are awaited together; if only the first were awaited, the second's rejection would be unhandled.
  expect(await Promise.allSettled([missing, foreign])).toMatchObject([
    { status: "rejected", reason: { code: "not_found" } },
    { status: "rejected", reason: { code: "invalid_input" } },
  ]);
});

test("the audit log is verified there, once for concurrent requests", async () => {
  const audit = createAuditLog(fixture.databases.system, () => 1_000);
  for (let i = 0; i < 3; i++) {
    audit.record({ actorId: null, workspaceId: null, action: "instance.change" });
  }

  const [first, second] = [reads.checkAudit(), reads.checkAudit()];

  expect(second).toBe(first);
  expect(await first).toMatchObject({ ok: true, entries: 3 });
  fixture.databases.system.exec("UPDATE audit SET detail = '{\"x\":1}' WHERE id = 2");
  expect(await reads.checkAudit()).toMatchObject({ ok: false, brokenAt: 2 });
});

test("an audience is counted step by step, in parallel with pages", async () => {
  const everyone = { everyone: true, includeLists: [], excludeLists: [] };

  const waterfall = await reads.waterfall(workspace.id, everyone);

  expect(waterfall).toMatchObject({ inAudience: 2, recipients: 1, suppressed: { manual: 1 } });
});

test("previewing a retry of a missing campaign is not found", async () => {
  const preview = reads.retryPreview(workspace.id, 99, { states: ["failed"] });

  await expect(preview).rejects.toMatchObject({ code: "not_found" });
});

/** A workspace whose dashboard takes many seconds. */
function slowWorkspace(): TestWorkspace {
  const slow = fixture.newWorkspace();
  fixture.databases.workspace(slow.id).exec(`
    ALTER TABLE campaign RENAME TO campaign_kept;
    CREATE VIEW campaign AS
      WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 60000000)
      SELECT campaign_kept.* FROM n CROSS JOIN campaign_kept WHERE n.x < 0 OR campaign_kept.id > 0;`);
  return slow;
}

test("a very slow page delays no other workspace, and is abandoned in the end", async () => {
  const strict = await startReads(fixture.dataDir, 3_000);
  const slow = slowWorkspace();
  let isSettled = false;
  const hung = strict.look(slow.id, reportLooks.dashboard, null).finally(() => {
    isSettled = true;
  });
  hung.catch(() => undefined);
  await Bun.sleep(200);

  for (let i = 0; i < 3; i++) {
    const page = await strict.look(workspace.id, contactLooks.page, {});
    expect(page.items).toHaveLength(2);
  }
  expect(isSettled).toBe(false);
  await expect(hung).rejects.toMatchObject({ code: "unavailable" });
  expect((await strict.look(slow.id, contactLooks.page, {})).items).toEqual([]);
  await strict.stop();
}, 60_000);

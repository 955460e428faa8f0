import { afterEach, beforeEach, expect, test } from "bun:test";
import { deleteList } from "../../../../server/features/lists/lists.service.ts";
import { deleteSegment } from "../../../../server/features/segments/segments.service.ts";
import { workspaceCalls } from "../../../support/calls.ts";
import { type CampaignFixture, newCampaignFixture } from "./fixture.ts";

// A list is deleted in steps. A campaign that excludes its members must not be launched in the meantime: it would
// exclude only those that are still there.

const MEMBERS = 5_000;
let fixture: CampaignFixture;
beforeEach(() => {
  fixture = newCampaignFixture();
  fixture.db().exec(`
    INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (9, 'Never', 'never', 0, 0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MEMBERS})
    INSERT INTO contact (email, address, domain, created_at, updated_at)
    SELECT i || '@y.test', i || '@y.test', 'y.test', 0, 0 FROM n;
    INSERT INTO list_contact (list_id, contact_id, status, changed_at)
    SELECT 9, id, 'subscribed', 0 FROM contact;
  `);
});
afterEach(() => fixture.app.close());

const leavesOut = { audience: { everyone: true, includeLists: [], excludeLists: [9] } };
const open = () => fixture.db();
/** Returns the connection this many times, and then the process ends. */
function stopsAfter(times: number) {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls > times) {
      throw new Error("the process ended");
    }
    return open();
  };
}
const statusOf = (id: number) =>
  open().prepare("SELECT status FROM campaign WHERE id = ?").pluck().get(id);
const members = () =>
  Number(open().prepare("SELECT count(*) FROM list_contact WHERE list_id = 9").pluck().get());

test("a campaign that leaves out a list cannot be launched while the list is being deleted", async () => {
  const id = await fixture.newReady(leavesOut);
  const deleting = deleteList(open, 9);
  expect(members()).toBeLessThan(MEMBERS);

  const launched = await fixture.call("POST", `/${id}/launch`);

  expect(launched.status).toBe(409);
  expect(statusOf(id)).toBe("draft");
  await deleting;
});

test("nor when the deletion was interrupted; the deletion can be continued", async () => {
  const id = await fixture.newReady(leavesOut);
  await expect(deleteList(stopsAfter(2), 9)).rejects.toThrow("the process ended");
  expect(members()).toBe(MEMBERS + 1 - 2_000);

  expect((await fixture.call("POST", `/${id}/launch`)).status).toBe(409);

  await deleteList(open, 9);
  expect(members()).toBe(0);
});

test("a list whose deletion starts after the checks of a launch stops the launch", async () => {
  const id = await fixture.newReady(leavesOut);
  const { waterfall } = fixture.engine;
  let deleting = Promise.resolve();
  fixture.engine.waterfall = (...asked) => {
    deleting = deleteList(open, 9);
    return waterfall(...asked);
  };

  const launched = await fixture.call("POST", `/${id}/launch`);

  expect(launched.status).toBe(409);
  expect(statusOf(id)).toBe("draft");
  await deleting;
});

test("a list cannot be deleted while recipients are being found, or while a running campaign excludes its members", async () => {
  const id = await fixture.newReady(leavesOut);
  expect((await fixture.call("POST", `/${id}/launch`)).status).toBe(200);
  expect(statusOf(id)).toBe("preparing");
  await expect(deleteList(open, 9)).rejects.toMatchObject({ code: "in_use" });
  await expect(deleteList(open, 1)).rejects.toMatchObject({ code: "in_use" });
  open().exec("UPDATE campaign SET status = 'paused'");
  await expect(deleteList(open, 9)).rejects.toMatchObject({ code: "in_use" });
  expect(members()).toBe(MEMBERS + 1);

  await deleteList(open, 1);
  open().exec("UPDATE campaign SET status = 'completed'");
  await deleteList(open, 9);
  expect(members()).toBe(0);
});

test("a partly deleted static segment is in no audience", async () => {
  open().exec(`
    INSERT INTO segment (id, name, name_key, kind, rule, created_by, created_at, updated_at)
    VALUES (3, 'May', 'may', 'static', '{}', 'test', 0, 0);
    INSERT INTO segment_member (segment_id, contact_id) SELECT 3, id FROM contact;
  `);
  await expect(deleteSegment(stopsAfter(2), 3)).rejects.toThrow("the process ended");
  const audience = { ...leavesOut.audience, excludeLists: [], excludeSegments: [3] };
  const id = await fixture.newReady({ audience: { ...audience, includeSegments: [] } });

  const launched = await fixture.call("POST", `/${id}/launch`);

  expect(launched.status).toBe(409);
  expect(((await launched.json()) as { detail: string }).detail).toContain("being deleted");
  expect(statusOf(id)).toBe("draft");
  await fixture.call("DELETE", `/${id}`);
  await deleteSegment(open, 3);
});

test("no tag and no field can be deleted while recipients are being found", async () => {
  const id = await fixture.newReady();
  const place = () => ({ app: fixture.app, workspaceId: fixture.workspace.id });
  const call = workspaceCalls(place, "admin");
  const made = async (path: string, body: object) => (await call("POST", path, body)).body.id;
  const paths = [
    `/tags/${await made("/tags", { name: "VIP" })}`,
    `/contact-fields/${await made("/contact-fields", { label: "City", type: "text" })}`,
  ];
  await fixture.call("POST", `/${id}/launch`);

  for (const path of paths) {
    expect((await call("DELETE", path)).status).toBe(409);
  }
  open().exec("UPDATE campaign SET status = 'completed'");
  for (const path of paths) {
    expect((await call("DELETE", path)).status).toBe(200);
  }
});

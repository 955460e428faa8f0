import { afterEach, beforeEach, expect, test } from "bun:test";
import type {
  CampaignReport,
  RecipientStory,
} from "../../../../server/features/reports/reports.schema.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

const NOW = 1_790_000_000_000;
const MINUTE = Math.floor(NOW / 60_000) * 60_000;

let fixture: TestApp;
let workspace: TestWorkspace;
let db: Connection;

// Chunk 1 is leased and half done; chunk 2 waits with the campaign's last pending row.
const FIXTURE = `
  INSERT INTO route (id, name, kind, created_at, updated_at) VALUES (4, 'Relay', 'relay', 0, 0);
  INSERT INTO campaign (id, name, status, subject, created_by, created_at, updated_at, launched_at)
    VALUES (1, 'May', 'sending', 'Hello', 'u', 0, 0, ${NOW - 1000});
  INSERT INTO contact (id, email, address, domain, created_at, updated_at) VALUES
    (11, 'a@x.test', 'a@x.test', 'x.test', 0, 0), (12, 'ab@x.test', 'ab@x.test', 'x.test', 0, 0),
    (13, 'b@x.test', 'b@x.test', 'x.test', 0, 0), (14, 'c@y.test', 'c@y.test', 'y.test', 0, 0),
    (15, 'd@y.test', 'd@y.test', 'y.test', 0, 0);
  INSERT INTO message (campaign_id, seq, contact_id, address, state, reason, attempts, due_at) VALUES
    (1, 1, 11, 'a@x.test', 3, '', 1, NULL), (1, 2, 12, 'ab@x.test', 0, '', 0, NULL),
    (1, 3, 13, 'b@x.test', 1, 'greylist', 1, ${NOW + 300_000}),
    (1, 4, 14, 'c@y.test', 4, 'invalid_mailbox', 1, NULL), (1, 5, 15, 'd@y.test', 0, '', 0, NULL);
  INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, lease_until, pending, deferred, sent, bounced)
    VALUES (1, 1, 'gmail', 1, 3, ${NOW + 60_000}, 1, 1, 1, 0), (1, 2, 'other', 4, 5, NULL, 1, 0, 0, 1);
  INSERT INTO campaign_link VALUES (1, 1, 'https://a.test/'), (1, 2, 'https://b.test/');
  INSERT INTO link_count VALUES (1, 2, 'human', 3, 1), (1, 2, 'machine', 9, 2);
  INSERT INTO campaign_count VALUES (1, 'open_human', 0, 5), (1, 'open_human_unique', 0, 2),
    (1, 'open_machine', 0, 7), (1, 'open_machine_unique', 0, 3), (1, 'sent', 0, 1),
    (1, 'unsubscribe', 0, 1),
    (1, 'sent', ${MINUTE}, 1), (1, 'open_human_unique', ${MINUTE}, 1),
    (1, 'open_human_unique', ${MINUTE + 60_000}, 1);
  INSERT INTO attempt (campaign_id, seq, at, outcome, category, stage, code, enhanced, reply, route_id, host)
    VALUES (1, 4, ${NOW}, 'bounced', 'invalid_mailbox', 'rcpt', 550, '5.1.1', 'no such user', 4, 'mx.test'),
           (1, 1, ${NOW}, 'ambiguous', 'ambiguous', 'dot', 0, '', 'connection lost', 4, 'mx.test'),
           (1, 1, ${NOW}, 'accepted', 'sent', 'dot', 250, '2.0.0', 'ok', 4, 'mx.test');
  INSERT INTO user_agent VALUES (1, 'Mail/1.0');
  INSERT INTO event (at, kind, campaign_id, seq, contact_id, link_no, class, rule, ip, agent_id)
    VALUES (${NOW}, 'click', 1, 1, 11, 2, 'human', 'default', '203.0.113.9', 1);
  INSERT INTO suppression VALUES ('c@y.test', 'hard_bounce', 'campaign:1', '', ${NOW}, NULL);
`;

beforeEach(() => {
  fixture = newTestApp(() => NOW);
  workspace = fixture.newWorkspace();
  db = fixture.databases.workspace(workspace.id);
  db.exec(FIXTURE);
});
afterEach(() => fixture.close());

const get = (path: string, workspaceId = workspace.id) =>
  fixture.call(
    { role: "viewer", workspaceId: workspace.id },
    "GET",
    `/workspaces/${workspaceId}${path}`,
  );

test("the states of a campaign add up to its total, with messages in flight separately", async () => {
  const report = (await (await get("/campaigns/1/report")).json()) as CampaignReport;

  expect(report.counts).toEqual({
    total: 5,
    pending: 1,
    leased: 1,
    deferred: 1,
    held: 0,
    sent: 1,
    bounced: 1,
    failed: 0,
    skipped: 0,
  });
  const { total, ...states } = report.counts;
  expect(Object.values(states).reduce((a, b) => a + b)).toBe(total);
  expect(report.providers.map((one) => [one.provider, one.total])).toEqual([
    ["gmail", 3],
    ["other", 2],
  ]);
});

test("people and machines are counted separately, each message once", async () => {
  const report = (await (await get("/campaigns/1/report")).json()) as CampaignReport;

  expect(report.engagement.opens).toEqual({
    human: { unique: 2, total: 5 },
    machine: { unique: 3, total: 7 },
  });
  expect(report.engagement.unsubscribes).toBe(1);
  expect(report.ambiguous).toBe(1);
  db.exec(`INSERT INTO attempt (campaign_id, seq, at, outcome) VALUES (1, 3, ${NOW}, 'ambiguous')`);
  const again = (await (await get("/campaigns/1/report")).json()) as CampaignReport;
  // It counts while it is still waiting.
  expect(again.ambiguous).toBe(2);
  expect(report.reasons).toEqual([
    { state: "deferred", reason: "greylist", count: 1 },
    { state: "bounced", reason: "invalid_mailbox", count: 1 },
  ]);
});

test("the timeline shows what happened in each minute", async () => {
  const timeline = await (await get("/campaigns/1/report/timeline")).json();

  expect(timeline).toMatchObject({
    bucketMs: 60_000,
    points: [
      { at: MINUTE, sent: 1, opensHuman: 1, opensMachine: 0 },
      { at: MINUTE + 60_000, sent: 0, opensHuman: 1 },
    ],
  });
});

test("the timeline sums into coarser buckets, which start at a whole millisecond", async () => {
  const hour = 3_600_000;
  const at = MINUTE - (MINUTE % hour);
  const late = at + 5 * hour + 60_000 * 7;
  db.exec(
    `INSERT INTO campaign_count VALUES (1, 'sent', ${late}, 4), (1, 'sent', ${late + 60_000}, 2)`,
  );

  const timeline = await (await get("/campaigns/1/report/timeline?bucket=hour")).json();

  expect(timeline).toMatchObject({
    bucketMs: hour,
    points: [
      { at, sent: 1, opensHuman: 2 },
      { at: at + 5 * hour, sent: 6, opensHuman: 0 },
    ],
  });
});

test("links are listed with their clicks, the most clicked by people first", async () => {
  expect(await (await get("/campaigns/1/report/links")).json()).toMatchObject({
    items: [
      { linkNo: 2, human: { unique: 1, total: 3 }, machine: { unique: 2, total: 9 } },
      { linkNo: 1, human: { unique: 0, total: 0 } },
    ],
  });
});

test("recipients are found by state, reason and start of the address, in pages", async () => {
  const seqs = async (query: string) => {
    const page = (await (await get(`/campaigns/1/recipients?${query}`)).json()) as {
      items: { seq: number }[];
      nextCursor: string | null;
    };
    return { seqs: page.items.map((one) => one.seq), next: page.nextCursor };
  };

  expect((await seqs("state=pending")).seqs).toEqual([2, 5]);
  expect((await seqs("state=bounced&reason=invalid_mailbox")).seqs).toEqual([4]);
  expect((await seqs("reason=invalid_mailbox")).seqs).toEqual([4]);
  expect((await seqs("reason=mailbox_full")).seqs).toEqual([]);
  db.exec(`INSERT INTO attempt (campaign_id, seq, at, outcome)
           VALUES (1, 3, ${NOW}, 'ambiguous'), (1, 3, ${NOW}, 'ambiguous')`);
  expect((await seqs("reason=ambiguous")).seqs).toEqual([1, 3]);
  expect((await get("/campaigns/1/recipients?reason=nonsense")).status).toBe(422);
  expect((await get("/campaigns/1/recipients?state=deferred&reason=nonsense")).status).toBe(422);
  expect((await get("/campaigns/1/recipients?state=nonsense")).status).toBe(422);
  expect((await seqs("q=A")).seqs).toEqual([1, 2]);
  const first = await seqs("limit=2");
  const second = await seqs(`limit=2&cursor=${first.next}`);
  const third = await seqs(`limit=2&cursor=${second.next}`);
  expect([first.seqs, second.seqs, third.seqs]).toEqual([[1, 2], [3, 4], [5]]);
  expect(third.next).toBeNull();
  expect((await get("/campaigns/1/recipients?q=%25' OR 1=1 --")).status).toBe(200);
});

test("a recipient's page has every attempt with the server's reply, and what they did", async () => {
  const bounced = (await (await get("/campaigns/1/recipients/4")).json()) as RecipientStory;
  const reader = (await (await get("/campaigns/1/recipients/1")).json()) as RecipientStory;

  expect(bounced.attempts).toMatchObject([
    { code: 550, enhanced: "5.1.1", reply: "no such user", routeName: "Relay", stage: "rcpt" },
  ]);
  expect(bounced.suppression).toMatchObject({ reason: "hard_bounce", source: "campaign:1" });
  expect(reader.attempts.map((one) => one.outcome)).toEqual(["ambiguous", "accepted"]);
  expect(reader.events).toMatchObject([{ kind: "click", class: "human", url: "https://b.test/" }]);
});

test("the dashboard sums the last thirty days and lists what needs a person", async () => {
  const page = (await (await get("/dashboard")).json()) as { needsYou: { kind: string }[] };

  expect(page).toMatchObject({
    suppressed: 1,
    last30Days: { sent: 1, opensHuman: 2, unsubscribes: 1 },
    recent: [{ id: 1, name: "May", counts: { total: 5 }, opensHuman: 2 }],
  });
  expect(page.needsYou.map((one) => one.kind)).toEqual(["no_sender"]);
});

test("a campaign with held messages needs a person, and a cancelled one does not", async () => {
  const held = async () =>
    ((await (await get("/dashboard")).json()) as { needsYou: { kind: string }[] }).needsYou.filter(
      ({ kind }) => kind === "held_messages",
    );
  db.exec("UPDATE chunk SET pending = 0, held = 1 WHERE chunk_no = 2");
  expect(await held()).toEqual([{ kind: "held_messages", count: 1, id: 1 }] as never);

  db.exec("UPDATE campaign SET status = 'cancelled'");
  expect(await held()).toEqual([]);
});

test("a campaign or recipient that does not exist, or is another workspace's, is not found", async () => {
  const other = fixture.newWorkspace("Other");

  expect((await get("/campaigns/99/report")).status).toBe(404);
  expect((await get("/campaigns/1/recipients/99")).status).toBe(404);
  expect((await get("/campaigns/1/report", other.id)).status).toBe(404);
  expect((await get("/campaigns/abc/report")).status).toBe(422);
});

test("the report warns about complaints at the workspace's threshold, and never for a single person", async () => {
  const warning = async () =>
    ((await (await get("/campaigns/1/report")).json()) as CampaignReport).complaintWarning;
  db.exec(`
    UPDATE chunk SET sent = sent + 999, last_seq = last_seq + 999 WHERE chunk_no = 2;
    INSERT INTO campaign_count VALUES (1, 'complaint', 0, 1)`);
  expect(await warning()).toBeNull();

  db.exec("UPDATE campaign_count SET n = 2 WHERE metric = 'complaint'");
  expect(await warning()).toEqual({ complaints: 2, sent: 1_000, limitPercent: 0.1 });

  const set = (complaintWarnPercent: number) =>
    fixture.call(
      { role: "admin", workspaceId: workspace.id },
      "PATCH",
      `/workspaces/${workspace.id}/delivery-settings`,
      { complaintWarnPercent },
    );
  await set(0.3);
  expect(await warning()).toBeNull();
  await set(0);
  expect(await warning()).toBeNull();
});

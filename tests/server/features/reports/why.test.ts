import { afterEach, beforeEach, expect, test } from "bun:test";
import type { QueueSnapshot } from "../../../../server/delivery/types.ts";
import type {
  RecipientStory,
  WhyAnswer,
} from "../../../../server/features/reports/reports.schema.ts";
import { retryWaits, waitingNow } from "../../../../server/features/reports/waits.rules.ts";
import { compileAudience } from "../../../../server/features/segments/segment-audience.service.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

const LAUNCH = 1_790_000_000_000;
let fixture: TestApp;
let workspace: TestWorkspace;
let db: Connection;

const people = ["got", "excluded", "nolist", "left", "late", "suppressed", "after"];
const FIXTURE = `
  INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'News', 'news', 0, 0), (2, 'Staff', 'staff', 0, 0);
  INSERT INTO campaign (id, name, status, audience, created_by, created_at, updated_at, launched_at) VALUES
    (1, 'May', 'completed', '{"everyone":false,"includeLists":[1],"excludeLists":[2]}', 'u', 0, 0, ${LAUNCH}),
    (2, 'Draft', 'draft', '{"everyone":true,"includeLists":[],"excludeLists":[]}', 'u', 0, 0, NULL);
  ${people
    .map(
      (name, i) =>
        `INSERT INTO contact (id, email, address, domain, created_at, updated_at)
         VALUES (${i + 1}, '${name}@x.test', '${name}@x.test', 'x.test', ${name === "late" ? LAUNCH + 1 : 0}, 0);`,
    )
    .join("\n")}
  INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES
    (1, 1, 'subscribed', 0), (1, 2, 'subscribed', 0), (2, 2, 'subscribed', 0),
    (1, 4, 'unsubscribed', 0), (1, 6, 'subscribed', 0), (1, 7, 'subscribed', ${LAUNCH + 5});
  INSERT INTO contact (id, email, address, domain, created_at, updated_at) VALUES
    (11, 'pending@x.test', 'pending@x.test', 'x.test', 0, 0), (12, 'erasing@x.test', 'erasing@x.test', 'x.test', 0, 0),
    (13, '"a b"@x.test', '"a b"@x.test', 'x.test', 0, 0), (14, 'moved@x.test', 'moved@x.test', 'x.test', 0, 0),
    (15, 'got.before@x.test', 'got.before@x.test', 'x.test', 0, 0);
  INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES
    (1, 11, 'pending', 0), (1, 12, 'subscribed', 0), (1, 13, 'subscribed', 0);
  INSERT INTO task (id, kind, payload, state, created_by, created_at) VALUES (1, 'person_erase', '{}', 'failed', 'u', 5);
  INSERT INTO person_request (task_id, kind, contact_id, address) VALUES (1, 'erase', 12, 'erasing@x.test');
  INSERT INTO contact_merge (from_id, contact_id, address, at) VALUES (10, 14, 'merged@x.test', 5);
  UPDATE contact SET address = 'moved.now@x.test' WHERE id = 14;
  UPDATE contact SET address = 'got.after@x.test' WHERE id = 15;
  INSERT INTO message (campaign_id, seq, contact_id, address, state, reason) VALUES
    (1, 2, 15, 'got.before@x.test', 6, 'address_changed');
  INSERT INTO suppression (address, reason, source, created_at) VALUES
    ('suppressed@x.test', 'complaint', 'campaign:9', 5);
  INSERT INTO message (campaign_id, seq, contact_id, address, state, reason) VALUES
    (1, 1, 1, 'got@x.test', 4, 'invalid_mailbox');
  INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending, bounced) VALUES (1, 1, 'other', 1, 1, 0, 1);
  INSERT INTO bounce_report (campaign_id, seq, at, via, action, category, code, enhanced, reply) VALUES
    (1, 1, ${LAUNCH + 9}, 'dsn', 'failed', 'invalid_mailbox', 550, '5.1.1', 'User unknown');
`;

beforeEach(() => {
  fixture = newTestApp(() => LAUNCH + 10);
  workspace = fixture.newWorkspace();
  db = fixture.databases.workspace(workspace.id);
  db.exec(FIXTURE);
});
afterEach(() => fixture.close());

async function why(email: string, campaign = 1) {
  const path = `/workspaces/${workspace.id}/campaigns/${campaign}/why?email=${encodeURIComponent(email)}`;
  const response = await fixture.call({ role: "viewer", workspaceId: workspace.id }, "GET", path);
  return { status: response.status, body: (await response.json()) as WhyAnswer };
}

const cases: [email: string, answer: WhyAnswer["answer"]][] = [
  ["Got@X.test", "recipient"],
  ["excluded@x.test", "excluded"],
  ["nolist@x.test", "on_no_list"],
  ["left@x.test", "left_list"],
  ["pending@x.test", "unconfirmed"],
  ["erasing@x.test", "suppressed_erasure"],
  ['"a b"@x.test', "invalid"],
  ["merged@x.test", "merged"],
  ["moved@x.test", "address_changed"],
  ["got.before@x.test", "recipient"],
  ["late@x.test", "too_late"],
  ["suppressed@x.test", "suppressed"],
  ["after@x.test", "subscribed_later"],
  ["stranger@x.test", "no_contact"],
];
for (const [email, answer] of cases) {
  test(`${email} is explained as ${answer}`, async () => {
    expect((await why(email)).body.answer).toBe(answer);
  });
}

test("the answer names the lists, the suppression and the message", async () => {
  expect((await why("excluded@x.test")).body).toMatchObject({
    seq: null,
    included: [{ listId: 1, name: "News", status: "subscribed" }],
    excluded: [{ listId: 2, name: "Staff", status: "subscribed" }],
  });
  expect((await why("suppressed@x.test")).body.suppression).toMatchObject({ reason: "complaint" });
  expect((await why("got@x.test")).body).toMatchObject({ seq: 1, contactId: 1 });
  expect((await why("got@x.test", 2)).body.answer).toBe("not_launched");
});

test("a recipient's page has the bounces, and the list that included them", async () => {
  const path = `/workspaces/${workspace.id}/campaigns/1/recipients/1`;
  const response = await fixture.call({ role: "viewer", workspaceId: workspace.id }, "GET", path);
  const story = (await response.json()) as RecipientStory;

  expect(story.reports).toEqual([
    {
      ...{ at: LAUNCH + 9, via: "dsn", action: "failed", category: "invalid_mailbox" },
      ...{ code: 550, enhanced: "5.1.1", reply: "User unknown", address: "" },
    },
  ]);
  expect(story.included.map(({ name }) => name)).toEqual(["News"]);
});

test("no address and no campaign are refused", async () => {
  expect((await why("not an address")).status).toBe(422);
  expect((await why("got@x.test", 99)).status).toBe(404);
});

test("a contact outside the segment gets the part of the rule that it does not match", async () => {
  const admin = { role: "admin" as const, workspaceId: workspace.id };
  const base = `/workspaces/${workspace.id}`;
  const post = async (path: string, body: unknown) =>
    (await (await fixture.call(admin, "POST", `${base}${path}`, body)).json()) as { id: number };
  const vip = await post("/tags", { name: "VIP" });
  const rule = {
    op: "and",
    rules: [
      { field: "email", is: "ends_with", value: "x.test" },
      { tag: vip.id, has: true },
    ],
  };
  const loyal = await post("/segments", { name: "Loyal", rule });
  const staff = await post("/segments", {
    name: "Staff",
    rule: { field: "email", is: "is", value: "left@x.test" },
  });
  db.exec(`UPDATE segment SET updated_at = ${LAUNCH - 5}; DELETE FROM list_contact`);
  const stored = {
    ...{ everyone: false, includeLists: [], excludeLists: [] },
    ...{ includeSegments: [loyal.id], excludeSegments: [staff.id] },
  };
  const moment = { now: LAUNCH, timeZone: "UTC" };
  db.prepare("INSERT INTO campaign_audience VALUES (1, ?)").run(
    JSON.stringify(compileAudience(db, stored, moment).audience),
  );

  const missed = (await why("nolist@x.test")).body;
  expect(missed.answer).toBe("in_no_segment");
  expect(missed.segments).toMatchObject([
    { name: "Loyal", role: "include", matches: false, isChanged: false },
    { name: "Staff", role: "exclude", matches: false },
  ]);
  expect(missed.segments[0]?.missing).toEqual(["Has the tag “VIP”"]);

  db.exec(`INSERT INTO contact_tag VALUES (${vip.id}, 3), (${vip.id}, 4), (${vip.id}, 6)`);
  expect((await why("left@x.test")).body.answer).toBe("in_excluded_segment");
  expect((await why("suppressed@x.test")).body.answer).toBe("suppressed");
  db.exec(`UPDATE contact SET paused_until = ${LAUNCH + 86_400_000} WHERE id = 3`);
  expect((await why("nolist@x.test")).body).toMatchObject({
    answer: "paused",
    pausedUntil: LAUNCH + 86_400_000,
  });
  db.exec(`INSERT INTO blocked_domain VALUES ('x.test', 0, '', 'u', 0, NULL)`);
  expect((await why("nolist@x.test")).body.answer).toBe("blocked");

  db.exec(`UPDATE segment SET updated_at = ${LAUNCH + 5}`);
  const changed = (await why("excluded@x.test")).body.segments[0];
  expect(changed).toMatchObject({ isChanged: true, matches: false, missing: [] });
});

test("a recipient's page says what the message waited for, and what the live queue holds against it now", async () => {
  db.exec(`
    UPDATE message SET state = 1, reason = 'greylist', due_at = ${LAUNCH + 90_000};
    UPDATE chunk SET bounced = 0, deferred = 1;
    INSERT INTO attempt (campaign_id, seq, at, outcome, category, host) VALUES
      (1, 1, ${LAUNCH}, 'deferred', 'rate_limit', 'mx1.x.test'),
      (1, 1, ${LAUNCH + 60_000}, 'deferred', 'greylist', 'mx1.x.test')`);
  const attempts = [
    { at: 1, outcome: "deferred", category: "rate_limit", host: "mx1.x.test", routeName: "" },
    { at: 5, outcome: "accepted", category: "", host: "mx1.x.test", routeName: "" },
  ];
  expect(retryWaits(attempts, null)).toMatchObject([{ at: 1, until: 5, reason: "rate_limit" }]);

  const path = `/workspaces/${workspace.id}/campaigns/1/recipients/1`;
  const response = await fixture.call({ role: "viewer", workspaceId: workspace.id }, "GET", path);
  const story = (await response.json()) as RecipientStory;
  expect(story.waits.map(({ reason, until }) => [reason, until])).toEqual([
    ["rate_limit", LAUNCH + 60_000],
    ["greylist", LAUNCH + 90_000],
  ]);
  expect(story.now).toBeNull();

  const site = (siteName: string, campaignIds: number[], reason: string) => ({
    ...{ siteName, siteKey: siteName, campaignIds, reason },
    ...{ provider: "other", suspendedUntil: 7, nextTryAt: 9 },
  });
  const queue = {
    ...{ at: 0, trouble: "", routes: [], holds: [], quotas: [] },
    campaigns: [
      { campaignId: 1, bottleneck: { code: "spread", params: { perSecond: 1 } }, inHand: 1 },
    ],
    sites: [
      site("x.test", [1], "It asked for less."),
      site("x.test", [2], "of another campaign"),
      site("y.test", [1], "of another server"),
      site("ax.test", [1], "only looks like it"),
    ],
  } as unknown as QueueSnapshot;
  const target = { campaignId: 1, provider: "other", address: "a@b.test", host: "mx1.x.test" };
  expect(waitingNow(queue, target)).toEqual({
    bottleneck: { code: "spread", params: { perSecond: 1 } },
    sites: [{ siteName: "x.test", reason: "It asked for less.", until: 7 }],
  });
});

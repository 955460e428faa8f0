import { afterEach, beforeEach, expect, test } from "bun:test";
import { contentFaults } from "../../../../server/features/campaigns/campaign-content.service.ts";
import { readCampaign } from "../../../../server/features/campaigns/campaign-view.ts";
import { requireCampaign } from "../../../../server/features/campaigns/campaigns.service.ts";
import { purgeCampaign, purgeDueAt } from "../../../../server/features/campaigns/purge.service.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { renderHere } from "../../../support/app.ts";
import { type CampaignFixture, newCampaignFixture, START } from "./fixture.ts";

let fixture: CampaignFixture;
beforeEach(() => {
  fixture = newCampaignFixture();
});
afterEach(() => fixture.app.close());

const codes = (section: { problems: { code: string }[] }) =>
  section.problems.map((problem) => problem.code);

test("a new draft lists what each part still needs, and updates the list as it is filled in", async () => {
  const created = await (await fixture.call("POST", "", { name: "May" })).json();
  expect(created).toMatchObject({ status: "draft", version: 1, createdAt: START });
  expect(codes(created.sections.content)).toEqual(["no_subject", "no_body"]);
  expect(codes(created.sections.audience)).toEqual(["no_audience"]);
  expect(codes(created.sections.sender)).toEqual(["no_sender", "no_route"]);
  expect(created.sections.review.state).toBe("needs_you");

  const id = await fixture.newReady();
  const ready = await (await fixture.call("GET", `/${id}`)).json();
  expect(Object.values(ready.sections).map((s) => (s as { state: string }).state)).toEqual([
    "ready",
    "ready",
    "ready",
    "ready",
  ]);
});

test("a template that does not parse is not ready, shows the place, and can be neither scheduled nor sent", async () => {
  const id = await fixture.newReady();
  const bodySource = "<p>Hi</p>\n<p>{% if contact.first_name %}Ann</p>";
  const saved = await (
    await fixture.call("PATCH", `/${id}`, { bodySource, preheader: "{{ contact.first_name" })
  ).json();
  const read = await (await fixture.call("GET", `/${id}`)).json();
  const due = { localTime: "2026-12-24T09:00", timeZone: "Europe/Berlin" };
  const refused = [
    await fixture.call("POST", `/${id}/schedule`, due),
    await fixture.call("POST", `/${id}/launch`),
  ];

  expect(saved.sections.content).toEqual({
    state: "needs_you",
    problems: [
      {
        code: "template_error",
        field: "bodySource",
        message: "{% if contact.first_name %} is never closed. (line 2, column 4)",
        params: { mistake: "{% if contact.first_name %} is never closed. (line 2, column 4)" },
      },
      {
        code: "template_error",
        field: "preheader",
        message: "{{ contact.first_name lacks its closing }}. (line 1, column 1)",
        params: { mistake: "{{ contact.first_name lacks its closing }}. (line 1, column 1)" },
      },
    ],
  });
  expect(read.sections).toEqual(saved.sections);
  expect(read.sections.review.state).toBe("needs_you");
  for (const response of refused) {
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: "illegal_state",
      detail: "{% if contact.first_name %} is never closed. (line 2, column 4)",
    });
  }
  expect((await (await fixture.call("GET", `/${id}`)).json()).status).toBe("draft");

  const mended = await fixture.call("PATCH", `/${id}`, { bodySource: "<p>Hi</p>", preheader: "" });
  expect((await mended.json()).sections.content.state).toBe("ready");
});

test("a template that could not be checked is not ready, and is not scheduled", async () => {
  const id = await fixture.newReady();
  const full = () => Promise.reject(new AppError("unavailable", { text: "Too much waits." }));
  const { databases } = fixture.app;
  const workspaceId = fixture.workspace.id;
  const renderer = { ...renderHere, faults: full };
  const context = { databases, workspaceId, publicUrl: "https://mail.example.net", renderer };

  const { sections } = await readCampaign(context, id);

  expect(sections.content.state).toBe("needs_you");
  expect(codes(sections.content)).toEqual(["content_unchecked"]);
  await expect(contentFaults(context, requireCampaign(fixture.db(), id))).rejects.toThrow(
    "Too much",
  );
});

test("saving while typing keeps what was not named and returns the next version", async () => {
  const id = await fixture.newReady();

  const saved = await fixture.call("PATCH", `/${id}`, { subject: "New" }, { ifMatch: '"1"' });
  const second = await fixture.call(
    "PATCH",
    `/${id}`,
    { audience: { everyone: false, includeLists: [1], excludeLists: [] } },
    { ifMatch: '"2"' },
  );

  expect(saved.headers.get("etag")).toBe('"2"');
  expect(await second.json()).toMatchObject({
    subject: "New",
    name: "May news",
    version: 3,
    audience: { everyone: false, includeLists: [1] },
  });
});

test("of two people who save the same version one wins, and the other is asked to reload", async () => {
  const id = await fixture.newReady();

  const both = await Promise.all([
    fixture.call("PATCH", `/${id}`, { subject: "Ann's" }, { ifMatch: '"1"' }),
    fixture.call("PATCH", `/${id}`, { subject: "Bob's" }, { ifMatch: '"1"' }),
  ]);

  expect(both.map((response) => response.status).sort()).toEqual([200, 412]);
  const refused = both.find((response) => response.status === 412);
  expect(await refused?.json()).toMatchObject({ code: "stale_version" });
});

test.each([
  [{ subject: "Hi\r\nBcc: victim@example.com" }, "subject"],
  [{ preheader: "a\nb" }, "preheader"],
  [{ replyTo: "a@b.example, c@d.example" }, "replyTo"],
  [{ senderId: 99 }, "senderId"],
  [{ routeId: 99 }, "routeId"],
  [{ audience: { everyone: false, includeLists: [1, 42], excludeLists: [] } }, "audience"],
])("refuses %p and names the field", async (change, field) => {
  const id = await fixture.newReady();

  const response = await fixture.call("PATCH", `/${id}`, change);

  expect(response.status).toBe(422);
  expect((await response.json()).fields[0].field).toBe(field);
});

test("a reserved sender domain may be used with the test inbox and a local relay, not outside", async () => {
  fixture.db().exec(`
    INSERT INTO route (name, kind, host, port, created_at, updated_at)
    VALUES ('SES', 'relay', 'smtp.example.net', 587, 0, 0), ('Postfix', 'relay', '127.0.0.1', 25, 0, 0)`);
  const id = await fixture.newReady();

  const outside = await (await fixture.call("PATCH", `/${id}`, { routeId: 2 })).json();
  const local = await (await fixture.call("PATCH", `/${id}`, { routeId: 3 })).json();
  fixture.db().exec("UPDATE route SET enabled = 0 WHERE id = 3");
  const disabled = await (await fixture.call("GET", `/${id}`)).json();

  expect(codes(outside.sections.sender)).toEqual(["sender_test_only"]);
  expect(codes(local.sections.sender)).toEqual([]);
  expect(codes(disabled.sections.sender)).toEqual(["route_disabled"]);
});

test("only a draft can be edited, except for its name", async () => {
  const id = await fixture.newReady();
  fixture.db().exec("UPDATE campaign SET status = 'sending'");

  const edited = await fixture.call("PATCH", `/${id}`, { subject: "too late" });
  const renamed = await fixture.call("PATCH", `/${id}`, { name: "Better name" });

  expect(edited.status).toBe(409);
  expect(await edited.json()).toMatchObject({ code: "illegal_state" });
  expect(await renamed.json()).toMatchObject({ name: "Better name" });
});

test("starts from a template with a copy of its content", async () => {
  fixture
    .db()
    .exec(
      "INSERT INTO template (name, kind, source, subject, created_at, updated_at) VALUES ('T', 'mjml', '<mjml></mjml>', 'Hi', 0, 0)",
    );

  const campaign = await (await fixture.call("POST", "", { name: "C", templateId: 1 })).json();

  expect(campaign).toMatchObject({ bodyKind: "mjml", bodySource: "<mjml></mjml>", subject: "Hi" });
  expect((await fixture.call("POST", "", { name: "C", templateId: 2 })).status).toBe(404);
});

test("lists newest first by page, searches literally, filters by status and shows counters", async () => {
  await fixture.newReady({ name: "First 50%" });
  await fixture.newReady({ name: "Second" });
  fixture.db().exec(`
    UPDATE campaign SET status = 'completed', recipient_total = 9 WHERE id = 1;
    INSERT INTO campaign_count VALUES (1, 'sent', 0, 8), (1, 'open_human_unique', 0, 5),
      (1, 'click_human_unique', 0, 2), (1, 'sent', 60000, 8)`);

  const first = await (await fixture.call("GET", "?limit=1")).json();
  const next = await (await fixture.call("GET", `?limit=1&cursor=${first.nextCursor}`)).json();
  const found = await (await fixture.call("GET", "?q=50%25")).json();
  const drafts = await (await fixture.call("GET", "?status=draft")).json();

  expect(first.items[0].name).toBe("Second");
  expect(next.items[0]).toMatchObject({ recipientTotal: 9, sent: 8, opened: 5, clicked: 2 });
  expect(next.nextCursor).toBeNull();
  expect(found.items.map((item: { id: number }) => item.id)).toEqual([1]);
  expect(drafts.items.map((item: { id: number }) => item.id)).toEqual([2]);
  expect((await fixture.call("GET", "?cursor=forged")).status).toBe(422);
});

test("a draft requested twice with one Idempotency-Key is created once", async () => {
  const ask = () =>
    fixture.app.call(
      { role: "editor", workspaceId: fixture.workspace.id },
      "POST",
      `/workspaces/${fixture.workspace.id}/campaigns`,
      { name: "Once" },
      { "idempotency-key": "0b7e" },
    );

  const [first, second] = [await (await ask()).json(), await (await ask()).json()];

  expect(second).toEqual(first);
  expect((await (await fixture.call("GET", "")).json()).items).toHaveLength(1);
});

test("a copy is a draft of its own", async () => {
  const id = await fixture.newReady();
  fixture.db().exec("UPDATE campaign SET status = 'completed', launched_at = 5");

  const copy = await (await fixture.call("POST", `/${id}/duplicate`)).json();

  expect(copy).toMatchObject({
    name: "May news (2)",
    status: "draft",
    launchedAt: null,
    version: 1,
  });
  const again = await (await fixture.call("POST", `/${copy.id}/duplicate`)).json();
  expect(again.name).toBe("May news (3)");
  expect(copy.id).not.toBe(id);
});

test("a deleted campaign is gone at once, and its rows are removed in batches without touching another's", async () => {
  const id = await fixture.newReady();
  const other = await fixture.newReady();
  const db = fixture.db();
  for (const campaign of [id, other]) {
    db.exec(`
      INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending, sent)
      VALUES (${campaign}, 1, 'other', 1, 1200, 0, 1200);
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
      INSERT INTO message (campaign_id, seq, contact_id, address, state) SELECT ${campaign}, i, i, 'a@b.test', 3 FROM n;
      INSERT INTO attempt (campaign_id, seq, at, outcome) SELECT campaign_id, seq, 0, 'accepted' FROM message WHERE campaign_id = ${campaign};
      INSERT INTO campaign_count VALUES (${campaign}, 'sent', 0, 1200), (${campaign}, 'sent', 60000, 1200);
      INSERT INTO campaign_link VALUES (${campaign}, 1, 'https://a.test');
      INSERT INTO campaign_content VALUES (${campaign}, '{}')`);
  }
  db.exec("UPDATE campaign SET status = 'sending'");
  expect((await fixture.call("DELETE", `/${id}`)).status).toBe(409);
  db.exec("UPDATE campaign SET status = 'completed'");

  expect((await fixture.call("DELETE", `/${id}`)).status).toBe(200);
  expect((await fixture.call("GET", `/${id}`)).status).toBe(404);
  const { signal } = new AbortController();
  await purgeCampaign(fixture.db, id, signal);
  await purgeCampaign(fixture.db, other, signal);

  const left = (table: string, column = "campaign_id") =>
    db.prepare(`SELECT DISTINCT ${column} FROM ${table}`).pluck().all();
  for (const table of [
    "message",
    "chunk",
    "attempt",
    "campaign_count",
    "campaign_link",
    "campaign_content",
  ]) {
    expect([table, left(table)]).toEqual([table, [other]]);
  }
  expect(left("campaign", "id")).toEqual([other]);
});

test("the rows of a deleted draft are removed at once, those of a launched campaign when its links may expire", () => {
  expect(purgeDueAt(null, 1_000)).toBe(1_000);
  expect(purgeDueAt(1, 1_000)).toBe(1_000 + 60 * 86_400_000);
});

test("a viewer can read campaigns and change nothing", async () => {
  const id = await fixture.newReady();
  const refused: [string, string, unknown?][] = [
    ["POST", "", { name: "x" }],
    ["PATCH", `/${id}`, { name: "x" }],
    ["DELETE", `/${id}`],
    ["POST", `/${id}/duplicate`],
    ["POST", `/${id}/schedule`, { localTime: "2026-12-01T09:00", timeZone: "UTC" }],
    ["POST", `/${id}/unschedule`],
    ["POST", `/${id}/launch`],
    ["POST", `/${id}/pause`],
    ["POST", `/${id}/resume`],
    ["POST", `/${id}/cancel`],
    ["POST", `/${id}/test-send`, { to: ["a@b.test"] }],
  ];

  expect((await fixture.call("GET", `/${id}`, undefined, { role: "viewer" })).status).toBe(200);
  for (const [method, path, body] of refused) {
    const response = await fixture.call(method, path, body, { role: "viewer" });
    expect([path, response.status]).toEqual([path, 403]);
  }
});

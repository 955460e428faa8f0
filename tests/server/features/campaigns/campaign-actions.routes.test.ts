import { afterEach, beforeEach, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import { rememberErased } from "../../../../server/features/suppressions/erased.store.ts";
import { inboxPassword } from "../../../../server/inbound/index.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { type CampaignFixture, newCampaignFixture } from "./fixture.ts";

let fixture: CampaignFixture;
beforeEach(() => {
  fixture = newCampaignFixture();
});
afterEach(() => fixture.app.close());

test("the preview shows what a contact would get, with values escaped and without tracking", async () => {
  const id = await fixture.newReady();
  fixture.db().exec(`
    INSERT INTO contact (email, address, domain, first_name, created_at, updated_at)
    VALUES ('b@x.test', 'b@x.test', 'x.test', '<script>alert(1)</script>', 0, 0)`);

  const first = await (await fixture.call("POST", `/${id}/preview`)).json();
  const hostile = await (await fixture.call("POST", `/${id}/preview`, { contactId: 2 })).json();

  expect(first).toMatchObject({
    subject: "Hello Ann",
    problems: [],
    contact: { id: 1, email: "ann@x.test" },
  });
  expect(first.html).toContain("Hi Ann");
  expect(first.html).toContain('href="https://shop.example/?a=1&amp;b=2"');
  expect(first.text).toContain("Hi Ann");
  expect(hostile.html).not.toContain("<script");
  expect(hostile.html).toContain("&lt;script&gt;");
  expect((await fixture.call("POST", `/${id}/preview`, { contactId: 99 })).status).toBe(404);
});

test("a template with a mistake previews as its problem, not as a server error", async () => {
  const id = await fixture.newReady({ bodySource: "<p>{{ contact.first_name | nope }}</p>" });

  const preview = await (await fixture.call("POST", `/${id}/preview`)).json();

  expect(preview.problems[0]).toMatchObject({ severity: "error" });
});

test("a launched campaign is previewed as it was launched", async () => {
  const id = await fixture.newReady();
  await fixture.call("POST", `/${id}/launch`);
  fixture.db().exec("UPDATE campaign SET body_source = 'changed behind its back'");

  const preview = await (await fixture.call("POST", `/${id}/preview`)).json();

  expect(preview.html).toContain("Hi Ann");
});

test("an audience is counted once per minute, until somebody in it changes or a new count is requested", async () => {
  const id = await fixture.newReady();
  let counts = 0;
  const count = fixture.engine.waterfall;
  fixture.engine.waterfall = (workspaceId, audience) => {
    counts += 1;
    return count(workspaceId, audience);
  };
  const look = async (query = "") => (await fixture.call("GET", `/${id}/preflight${query}`)).status;

  expect(await Promise.all([look(), look()])).toEqual([200, 200]);
  await fixture.call("PATCH", `/${id}`, { subject: "Another" });
  await look();
  expect(counts).toBe(1);

  await look("?anew=true");
  expect(counts).toBe(2);
  fixture
    .db()
    .exec(
      "INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (1, 1, 'pending', 0)",
    );
  await look();
  expect(counts).toBe(3);
  await fixture.call("PATCH", `/${id}`, {
    audience: { everyone: false, includeLists: [1], excludeLists: [] },
  });
  await look();
  expect(counts).toBe(4);
  fixture.now.at += 61_000;
  await look();
  expect(counts).toBe(5);

  await fixture.call("POST", `/${id}/launch`);
  expect(counts).toBe(6);
});

test("a failed count is not cached", async () => {
  const id = await fixture.newReady();
  const count = fixture.engine.waterfall;
  fixture.engine.waterfall = () =>
    Promise.reject(new AppError("unavailable", { text: "Counting failed." }));
  const failed = await fixture.call("GET", `/${id}/preflight`);
  fixture.engine.waterfall = count;

  expect(failed.status).toBe(503);
  expect((await fixture.call("GET", `/${id}/preflight`)).status).toBe(200);
});

test("preflight reports each missing thing once", async () => {
  const { id } = await (await fixture.call("POST", "", { name: "Empty" })).json();
  const { checks } = await (await fixture.call("GET", `/${id}/preflight`)).json();
  const errors = checks.filter(({ severity }: { severity: string }) => severity === "error");

  expect(errors.map(({ code }: { code: string }) => code)).toEqual([
    "no_subject",
    "no_body",
    "no_audience",
    "no_sender",
    "no_route",
  ]);
});

test("preflight returns the waterfall and the problems, each with the place to fix it", async () => {
  const id = await fixture.newReady({ bodySource: "<p>{{ contact.nam }}</p>" });

  const preflight = await (await fixture.call("GET", `/${id}/preflight`)).json();

  expect(preflight.waterfall).toMatchObject({ inAudience: 5, recipients: 3 });
  expect(preflight.canSend).toBe(true);
  expect(
    preflight.checks.map((check: { code: string; fix: string }) => [check.code, check.fix]),
  ).toEqual([
    ["template_warning", "content"],
    ["no_unsubscribe_link", "content"],
  ]);
});

test("a launch checks the DKIM key again, and warns when it is no longer in the DNS", async () => {
  const db = fixture.db();
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const published = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  db.exec(`
    INSERT INTO sending_domain (name, dkim_selector, dkim_private, dkim_public, verified_at, checked_at, created_at)
    VALUES ('example.com', 'sm1', '', '${published}', 1, 1, 0);
    INSERT INTO sender (name, email, domain_id, created_at) VALUES ('Acme', 'a@example.com', 1, 0);
    INSERT INTO route (name, kind, host, port, created_at, updated_at) VALUES ('SES', 'relay', 'smtp.example.net', 587, 0, 0)`);
  const id = await fixture.newReady({ senderId: 2, routeId: 2 });
  const codes = async () =>
    (await (await fixture.call("GET", `/${id}/preflight`)).json()).checks.map(
      (check: { code: string }) => check.code,
    );

  expect(await codes()).toEqual(["domain_unverified"]);
  fixture.zone.set("sm1._domainkey.example.com", `v=DKIM1; k=rsa; p=${published}`);
  expect(await codes()).toEqual(["domain_unverified"]);
  fixture.now.at += 11 * 60_000;
  expect(await codes()).toEqual([]);
});

const said = (reply: string) => ({
  code: "test_replied",
  params: { host: "mx.test", said: reply },
});

test("a test uses the campaign's route for each address, marked, untracked, with a contact's values", async () => {
  const id = await fixture.newReady();

  const response = await fixture.call("POST", `/${id}/test-send`, {
    to: ["me@Example.org", "you@example.org"],
    contactId: 1,
  });

  expect(await response.json()).toEqual({
    results: [
      {
        to: "me@example.org",
        accepted: true,
        message: "mx.test said: 250 Ok: queued",
        cause: said("250 Ok: queued"),
      },
      {
        to: "you@example.org",
        accepted: true,
        message: "mx.test said: 250 Ok: queued",
        cause: said("250 Ok: queued"),
      },
    ],
  });
  expect(fixture.engine.sent[0]).toMatchObject({
    to: "me@example.org",
    contact: { first_name: "Ann" },
    route: {
      kind: "test_inbox",
      port: 2_526,
      password: inboxPassword(loadKeyRing(fixture.app.dataDir), fixture.workspace.id),
    },
    content: {
      subject: "[Test] Hello {{ contact.first_name }}",
      trackOpens: false,
      trackClicks: false,
    },
  });
});

test("a test refused by a server shows the server's reply", async () => {
  const id = await fixture.newReady();
  fixture.engine.answer = {
    kind: "refused",
    stage: "rcpt",
    reply: { code: 550, enhanced: "5.1.1", text: "no such user" },
    host: "mx.test",
    durationMs: 1,
  };

  const { results } = await (
    await fixture.call("POST", `/${id}/test-send`, { to: ["a@b.test"] })
  ).json();

  expect(results).toEqual([
    {
      to: "a@b.test",
      accepted: false,
      message: "mx.test said: 550 no such user",
      cause: said("550 no such user"),
    },
  ]);
});

test.each([
  [{ to: [] }],
  [{ to: ["1@a.test", "2@a.test", "3@a.test", "4@a.test", "5@a.test", "6@a.test"] }],
  [{ to: ["not an address"] }],
  [{ to: ["a@b.test\r\nRCPT TO:<x@y.test>"] }],
])("refuses to send a test to %p", async (body) => {
  const id = await fixture.newReady();

  expect((await fixture.call("POST", `/${id}/test-send`, body)).status).toBe(422);
  expect(fixture.engine.sent).toEqual([]);
});

test("no test goes to people who were erased, complained or are barred; a member may test after unsubscribing", async () => {
  const id = await fixture.newReady();
  const { system } = fixture.app.databases;
  const db = fixture.db();
  rememberErased(db, "erased@x.test", 1);
  db.exec(`
    INSERT INTO suppression (address, reason, created_at)
    VALUES ('spam@x.test', 'complaint', 1), ('left@x.test', 'unsubscribed', 1), ('gone@x.test', 'hard_bounce', 1),
           ('member@x.test', 'unsubscribed', 1);
    INSERT INTO blocked_domain (domain, subdomains, created_by, created_at) VALUES ('blocked.test', 0, 'u', 1)`);
  system.exec(`
    INSERT INTO instance_suppression (address, reason, created_by, created_at) VALUES ('barred@x.test', 'manual', 'u', 1);
    INSERT INTO user (id, email, address, name, password_hash, created_at, updated_at)
    VALUES ('m', 'member@x.test', 'member@x.test', 'M', 'x', 0, 0);
    INSERT INTO membership (workspace_id, user_id, role, created_at) VALUES ('${fixture.workspace.id}', 'm', 'viewer', 0)`);
  const refused = async (to: string) => {
    const response = await fixture.call("POST", `/${id}/test-send`, { to: ["me@x.test", to] });
    return [response.status, (await response.json()).fields?.[0]];
  };

  for (const [to, code] of [
    ["Erased@x.test", "test_to_erased"],
    ["spam@x.test", "test_to_complaint"],
    ["barred@x.test", "test_to_barred"],
    ["any@blocked.test", "test_to_barred"],
    ["left@x.test", "test_to_suppressed"],
    ["gone@x.test", "test_to_suppressed"],
  ] as const) {
    const address = to.toLowerCase();
    expect(await refused(to)).toEqual([
      422,
      expect.objectContaining({ field: "to.1", code, params: { address } }),
    ]);
  }
  expect(fixture.engine.sent).toEqual([]);

  expect(await refused("member@x.test")).toEqual([200, undefined]);
  db.exec("UPDATE suppression SET reason = 'complaint' WHERE address = 'member@x.test'");
  expect((await refused("member@x.test"))[0]).toBe(422);
});

test("progress is a stream of exact counts that ends with the campaign", async () => {
  const id = await fixture.newReady();
  const db = fixture.db();
  db.exec(`
    UPDATE campaign SET status = 'sending', recipient_total = 10;
    INSERT INTO chunk (campaign_id, chunk_no, provider, first_seq, last_seq, pending, sent, bounced)
    VALUES (${id}, 1, 'other', 1, 10, 6, 3, 1)`);

  const response = await fixture.call("GET", `/${id}/progress`);
  const reader = response.body?.getReader();
  const read = async () => {
    const { value, done } = (await reader?.read()) ?? { done: true };
    return done ? undefined : new TextDecoder().decode(value);
  };
  const first = await read();
  fixture.now.at += 2_000;
  db.exec(`UPDATE chunk SET pending = 0, sent = 9; UPDATE campaign SET status = 'completed'`);
  const last = await read();

  expect(response.headers.get("content-type")).toStartWith("text/event-stream");
  expect(first).toStartWith("event: progress\ndata: {");
  expect(JSON.parse(first?.split("data: ")[1] ?? "")).toMatchObject({
    status: "sending",
    done: 4,
    counts: { total: 10, pending: 6, sent: 3, bounced: 1 },
  });
  expect(JSON.parse(last?.split("data: ")[1] ?? "")).toMatchObject({
    status: "completed",
    done: 10,
    secondsLeft: null,
  });
  expect(await read()).toBeUndefined();
});

test("the progress of a missing campaign is not found, before any stream starts", async () => {
  expect((await fixture.call("GET", "/99/progress")).status).toBe(404);
});

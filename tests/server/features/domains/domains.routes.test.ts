import { afterEach, beforeEach, expect, test } from "bun:test";
import { createPrivateKey, createPublicKey } from "node:crypto";
import {
  checkDomainsTomorrow,
  domainJobs,
} from "../../../../server/features/domains/domain-jobs.service.ts";
import { loadDkimKey } from "../../../../server/features/domains/domains.service.ts";
import type { DnsLookup } from "../../../../server/features/ports.ts";
import { routeOrigins } from "../../../../server/features/routes/routes.service.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

type Answer = Awaited<ReturnType<DnsLookup["txt"]>>;
type Found = { purpose: string; status: string; value: string; message: string };

let fixture: TestApp;
let workspace: TestWorkspace;
let zone: Map<string, Answer>;
let now: number;
let isReached: boolean;

beforeEach(() => {
  zone = new Map();
  now = 1_000;
  isReached = true;
  const look = async (name: string): Promise<Answer> => zone.get(name) ?? { kind: "none" };
  fixture = newTestApp(() => now, {
    dns: {
      txt: look,
      cname: look,
      mx: look,
      addresses: look,
      reverse: look,
      answersHere: async () => isReached,
    },
  });
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const call = workspaceRequests(() => ({ app: fixture, workspaceId: workspace.id }), "admin");
const statusOf = (records: Found[]) =>
  Object.fromEntries(records.map((record) => [record.purpose, record.status]));
const text = (...values: string[]): Answer => ({ kind: "records", values });

test("a new domain gets its own 2048-bit key, with the private half encrypted", async () => {
  const domain = await (await call("POST", "/domains", { name: "Bücher.Example.com." })).json();
  const stored = fixture.databases
    .workspace(workspace.id)
    .prepare<[], { dkim_private: string }>("SELECT dkim_private FROM sending_domain")
    .get();
  const key = loadDkimKey(
    fixture.databases.workspace(workspace.id),
    loadKeyRing(fixture.dataDir),
    "xn--bcher-kva.example.com",
  );

  expect(domain).toMatchObject({ name: "xn--bcher-kva.example.com", verifiedAt: null });
  expect(statusOf(domain.records)).toEqual({
    dkim: "unchecked",
    spf: "unchecked",
    dmarc: "unchecked",
    return_path: "unchecked",
    return_path_spf: "unchecked",
    tracking: "unchecked",
  });
  expect(stored?.dkim_private).not.toContain("PRIVATE");
  const privateKey = createPrivateKey(key?.privateKeyPem ?? "");
  expect(privateKey.asymmetricKeyDetails?.modulusLength).toBe(2_048);
  const published = createPublicKey(privateKey)
    .export({ type: "spki", format: "der" })
    .toString("base64");
  expect(domain.records[0]).toMatchObject({
    host: `${key?.selector}._domainkey.xn--bcher-kva.example.com`,
    value: `v=DKIM1; k=rsa; p=${published}`,
  });
});

test.each([
  ["gmail.com", "mailbox provider"],
  ["com", "not a domain name"],
  ["co.uk", "nobody can own co.uk itself"],
  ["exa mple.com", "not a domain name"],
  ["example.com/path", "not a domain name"],
  ["user@example.com", "not a domain name"],
  ["10.0.0.1", "not a domain name"],
])("refuses %s as a sending domain with the reason", async (name, why) => {
  const response = await call("POST", "/domains", { name });

  expect(response.status).toBe(422);
  expect((await response.json()).detail).toContain(why);
});

test("adding the same domain twice is a conflict, also concurrently", async () => {
  const both = await Promise.all([
    call("POST", "/domains", { name: "example.com" }),
    call("POST", "/domains", { name: "EXAMPLE.com" }),
  ]);

  expect(both.map((response) => response.status).sort()).toEqual([200, 409]);
});

test("a check reports what is present, missing and wrong, and the DKIM key verifies the domain", async () => {
  const domain = await (await call("POST", "/domains", { name: "example.com" })).json();
  const dkim = domain.records[0];
  zone.set(dkim.host, text(dkim.value.replace("p=", "p= ").replace(";", " ;")));
  zone.set("example.com", text("google-site-verification=1", "v=spf1 mx ~all"));
  zone.set("links.example.com", text("elsewhere.example.org."));

  const checked = await (await call("POST", `/domains/${domain.id}/check`)).json();

  expect(statusOf(checked.records)).toEqual({
    dkim: "ok",
    spf: "ok",
    dmarc: "missing",
    return_path: "missing",
    return_path_spf: "missing",
    tracking: "different",
  });
  expect(checked).toMatchObject({ verifiedAt: 1_000, checkedAt: 1_000 });
});

test("a subdomain is covered by the DMARC policy of the organizational domain", async () => {
  const domain = await (await call("POST", "/domains", { name: "news.example.co.uk" })).json();
  zone.set("_dmarc.example.co.uk", text("v=DMARC1; p=reject"));
  zone.set("_dmarc.co.uk", text("v=DMARC1; p=none"));

  const checked = await (await call("POST", `/domains/${domain.id}/check`)).json();

  expect(checked.records[2]).toMatchObject({
    purpose: "dmarc",
    status: "ok",
    found: ["v=DMARC1; p=reject"],
  });
});

test("a foreign key and two SPF records are reported; a silent DNS keeps the known state", async () => {
  const domain = await (await call("POST", "/domains", { name: "example.com" })).json();
  const dkim = domain.records[0];
  zone.set(dkim.host, text(dkim.value));
  await call("POST", `/domains/${domain.id}/check`);

  now = 2_000;
  zone.set(dkim.host, { kind: "failed", reason: "ETIMEOUT" });
  zone.set("example.com", text("v=spf1 a -all", "v=spf1 mx -all"));
  const silent = await (await call("POST", `/domains/${domain.id}/check`)).json();
  zone.set(dkim.host, text("v=DKIM1; k=rsa; p=AAAA"));
  const foreign = await (await call("POST", `/domains/${domain.id}/check`)).json();

  expect(statusOf(silent.records)).toMatchObject({ dkim: "unknown", spf: "different" });
  expect(silent.records[0].message).toContain("ETIMEOUT");
  expect(silent.verifiedAt).toBe(1_000);
  expect(statusOf(foreign.records)).toMatchObject({ dkim: "different" });
  expect(foreign.verifiedAt).toBeNull();
});

test("a sender is linked to the domain that signs for it, whichever is added first", async () => {
  const early = await (
    await call("POST", "/senders", { name: "Acme", email: "news@mail.example.com" })
  ).json();
  const domain = await (await call("POST", "/domains", { name: "example.com" })).json();
  const late = await (
    await call("POST", "/senders", { name: "Acme 2", email: "two@example.com" })
  ).json();
  const other = await (
    await call("POST", "/senders", { name: "Other", email: "x@notexample.com" })
  ).json();
  const senders = await (await call("GET", "/senders")).json();

  expect(early).toMatchObject({ domainId: null, domainVerified: false });
  expect(late.domainId).toBe(domain.id);
  expect(other.domainId).toBeNull();
  expect(senders.items[0]).toMatchObject({ email: "news@mail.example.com", domainId: domain.id });
});

test.each([
  [{ email: "me@gmail.com" }, "email", "mailbox provider"],
  [{ email: "no-at-sign" }, "email", "not an email address"],
  [{ email: "a\r\nBcc: x@y.example@example.com" }, "email", "not an email address"],
  [{ email: '"quoted"@example.com' }, "email", "not an email address"],
  [{ name: "Acme\r\nBcc: victim@example.com" }, "name", "control character"],
  [{ replyTo: "a@b.example, c@d.example" }, "replyTo", "not an email address"],
])("refuses the sender %p", async (change, field, why) => {
  const sender = { name: "Acme", email: "news@example.com", ...change };

  const response = await call("POST", "/senders", sender);
  const problem = await response.json();

  expect(response.status).toBe(422);
  expect(problem.fields[0].field).toBe(field);
  expect(problem.detail).toContain(why);
});

test("a reserved domain may be used, marked as suitable for tests only", async () => {
  const sender = await (
    await call("POST", "/senders", { name: "Demo", email: "news@acme.test" })
  ).json();

  expect(sender).toMatchObject({ email: "news@acme.test", testOnly: true });
});

test("a sender's address is unique, on creation and on change", async () => {
  await call("POST", "/senders", { name: "One", email: "one@example.com" });
  await call("POST", "/senders", { name: "Two", email: "two@example.com" });

  const again = await call("POST", "/senders", { name: "One", email: "one@EXAMPLE.com" });
  const moved = await call("PATCH", "/senders/2", { email: "one@example.com" });
  const renamed = await call("PATCH", "/senders/2", { name: "Zwei" });

  expect(again.status).toBe(409);
  expect(moved.status).toBe(409);
  expect(await renamed.json()).toMatchObject({ name: "Zwei", email: "two@example.com" });
});

test("deleting a domain keeps its senders; a sender of a scheduled campaign cannot be deleted", async () => {
  const domain = await (await call("POST", "/domains", { name: "example.com" })).json();
  await call("POST", "/senders", { name: "One", email: "one@example.com" });
  expect((await call("DELETE", `/domains/${domain.id}`)).status).toBe(200);
  expect(await (await call("GET", "/senders/1")).json()).toMatchObject({ domainId: null });
  fixture.databases
    .workspace(workspace.id)
    .prepare(
      "INSERT INTO campaign (name, status, sender_id, created_by, created_at, updated_at) VALUES ('May', 'scheduled', 1, 'u', 0, 0)",
    )
    .run();

  expect((await call("DELETE", "/senders/1")).status).toBe(409);
});

test("a domain that signs a running campaign cannot be deleted until it completes", async () => {
  const domain = await (await call("POST", "/domains", { name: "example.com" })).json();
  await call("POST", "/senders", { name: "One", email: "one@example.com" });
  const db = fixture.databases.workspace(workspace.id);
  db.prepare(
    "INSERT INTO campaign (name, status, sender_id, created_by, created_at, updated_at) VALUES ('May', 'sending', 1, 'u', 0, 0)",
  ).run();

  const refused = await call("DELETE", `/domains/${domain.id}`);
  db.exec("UPDATE campaign SET status = 'completed'");

  expect(refused.status).toBe(409);
  expect((await refused.json()).detail).toContain('"May"');
  expect((await call("DELETE", `/domains/${domain.id}`)).status).toBe(200);
});

test("domains are checked once a day while the workspace sends, and not while it is idle", async () => {
  const domain = await (await call("POST", "/domains", { name: "example.com" })).json();
  zone.set(domain.records[0].host, text(domain.records[0].value));
  const { databases } = fixture;
  const day = 86_400_000;
  const look: DnsLookup["txt"] = async (name) => zone.get(name) ?? { kind: "none" };
  const deps = {
    databases,
    jobs: createJobQueue(databases.system, () => now),
    dns: {
      txt: look,
      cname: look,
      mx: look,
      addresses: look,
      reverse: look,
      answersHere: async () => isReached,
    },
    clock: () => now,
    publicUrl: () => "https://mail.example.net",
    routeOrigins,
  };
  const [[, handler] = ["", async () => undefined]] = domainJobs(deps);
  const job = {
    id: 1,
    kind: "",
    workspaceId: workspace.id,
    payload: {},
    attempt: 1,
    maxAttempts: 1,
  };
  const run = () => handler(job, { signal: new AbortController().signal });
  const due = () => databases.system.prepare("SELECT due_at FROM job ORDER BY id").pluck().all();

  checkDomainsTomorrow(deps, workspace.id);
  checkDomainsTomorrow(deps, workspace.id);
  expect(due()).toEqual([now + day]);

  databases
    .workspace(workspace.id)
    .prepare(
      "INSERT INTO campaign (name, status, launched_at, created_by, created_at, updated_at) VALUES ('May', 'completed', ?, 'u', 0, 0)",
    )
    .run(now);
  now += day;
  // Like a domain added before any workspace claimed its mail.
  databases.system.exec("DELETE FROM mail_domain");
  await run();
  expect(databases.system.prepare("SELECT name FROM mail_domain").pluck().all()).toEqual([
    "bounce.example.com",
    "example.com",
  ]);
  expect(await (await call("GET", `/domains/${domain.id}`)).json()).toMatchObject({
    verifiedAt: now,
  });
  expect(due()).toEqual([now, now + day]);

  now += 7 * day;
  await run();
  expect(due()).toHaveLength(2);
});

test("a viewer can read domains and senders and change nothing", async () => {
  await call("POST", "/domains", { name: "example.com" });
  const refused: [string, string, unknown?][] = [
    ["POST", "/domains", { name: "b.example.com" }],
    ["DELETE", "/domains/1"],
    ["POST", "/domains/1/check"],
    ["POST", "/senders", { name: "A", email: "a@example.com" }],
    ["PATCH", "/senders/1", { name: "A" }],
    ["DELETE", "/senders/1"],
  ];

  expect((await call("GET", "/domains", undefined, { as: "viewer" })).status).toBe(200);
  expect((await call("GET", "/senders", undefined, { as: "viewer" })).status).toBe(200);
  for (const [method, path, body] of refused) {
    expect((await call(method, path, body, { as: "viewer" })).status).toBe(403);
  }
});

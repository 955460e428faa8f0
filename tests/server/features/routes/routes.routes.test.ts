import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Route, TestMessage } from "../../../../server/delivery/index.ts";
import { storeDirectSending } from "../../../../server/features/instance/instance.service.ts";
import type { DnsAnswer } from "../../../../server/features/ports.ts";
import { loadRoute, loadRouteMembers } from "../../../../server/features/routes/routes.service.ts";
import { inboxPassword } from "../../../../server/inbound/index.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import {
  newTestApp,
  nothingOutside,
  type TestApp,
  type TestWorkspace,
} from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let dialled: Route[];
let messages: TestMessage[];
let zone: Record<string, string[]>;

beforeEach(() => {
  dialled = [];
  messages = [];
  zone = {};
  const look = async (name: string): Promise<DnsAnswer> => {
    const values = zone[name];
    return values === undefined ? { kind: "none" } : { kind: "records", values };
  };
  fixture = newTestApp(() => 5_000, {
    inbound: { port: 2_526, clear: async () => 0 },
    dns: {
      txt: look,
      cname: look,
      mx: look,
      addresses: look,
      reverse: look,
      answersHere: async () => true,
    },
    engine: {
      ...nothingOutside.engine,
      async sendOne(message) {
        messages.push(message);
        const reply = { code: 250, enhanced: "", text: "queued" };
        return { kind: "accepted", reply, host: "smtp", durationMs: 1 };
      },
    },
    checkRoute: async (route) => {
      dialled.push(route);
      return {
        ok: false,
        steps: [
          { stage: "connect", ok: true, message: "connected", cause: null },
          { stage: "auth", ok: false, message: "535 5.7.8 wrong", cause: null },
        ],
      };
    },
  });
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const relay = {
  name: "SES",
  kind: "relay",
  host: "smtp.example.net",
  port: 587,
  username: "user",
  password: "s3cret-pass",
};

const call = workspaceRequests(
  () => ({ app: fixture, workspaceId: workspace.id, below: "/routes" }),
  "admin",
);
const db = () => fixture.databases.workspace(workspace.id);
const context = () => ({
  keyRing: loadKeyRing(fixture.dataDir),
  workspaceId: workspace.id,
  inboxPort: 2_526,
});

test("a relay's password is stored encrypted, never returned, and decrypted only for delivery", async () => {
  const created = await (await call("POST", "", relay)).json();
  const listed = await (await call("GET", "")).text();

  expect(created).toMatchObject({ id: 1, hasPassword: true, security: "starttls", enabled: true });
  expect(listed).not.toContain("s3cret");
  expect(db().prepare("SELECT password FROM route").pluck().get()).toStartWith("v1.k1.");
  expect(loadRoute(db(), context(), 1)).toMatchObject({
    host: "smtp.example.net",
    username: "user",
    password: "s3cret-pass",
    maxPerSecond: undefined,
  });
});

test("a change keeps what it does not name, including the password; an empty password removes it", async () => {
  await call("POST", "", relay);

  await call("PATCH", "/1", { maxPerSecond: 14, maxConnections: 3 });
  expect(loadRoute(db(), context(), 1)).toMatchObject({
    password: "s3cret-pass",
    maxPerSecond: 14,
    maxConnections: 3,
  });

  await call("PATCH", "/1", { username: "", password: "" });
  expect(loadRoute(db(), context(), 1)).toMatchObject({ username: "", password: "" });
});

test.each([
  [{ host: "https://smtp.example.net" }, "host"],
  [{ host: "smtp.example.net\r\nRSET" }, "host"],
  [{ host: "smtp..example" }, "host"],
  [{ host: "999.1.1.1" }, "host"],
  [{ port: 0 }, "port"],
  [{ password: "" }, "password"],
  [{ username: "" }, "username"],
  [{ maxPerSecond: 0 }, "maxPerSecond"],
])("refuses %p and names the field", async (change, field) => {
  const response = await call("POST", "", { ...relay, ...change });

  expect(response.status).toBe(422);
  expect((await response.json()).fields[0].field).toBe(field);
});

test("there is one test inbox per workspace, which uses the listener with a derived password", async () => {
  const first = await (await call("POST", "", { kind: "test_inbox" })).json();
  const second = await (await call("POST", "", { kind: "test_inbox", name: "Other" })).json();
  await call("PATCH", `/${first.id}`, { host: "evil.example", name: "Mine" });

  expect(second.id).toBe(first.id);
  expect(loadRoute(db(), context(), first.id)).toMatchObject({
    kind: "test_inbox",
    name: "Mine",
    host: "127.0.0.1",
    port: 2_526,
    security: "none",
    username: workspace.id,
    password: inboxPassword(loadKeyRing(fixture.dataDir), workspace.id),
  });
});

test("a check connects to the stored route, reports every step and is recorded", async () => {
  await call("POST", "", relay);

  const check = await (await call("POST", "/1/check")).json();
  const route = await (await call("GET", "/1")).json();

  expect(check.steps[1]).toEqual({
    ...{ stage: "auth", ok: false, message: "535 5.7.8 wrong" },
    cause: null,
  });
  expect(dialled[0]?.password).toBe("s3cret-pass");
  expect(route.lastCheck).toEqual({
    at: 5_000,
    ok: false,
    stage: "auth",
    message: "535 5.7.8 wrong",
    cause: null,
  });
});

test("settings can be checked before they are stored, but a stored password never goes to another host", async () => {
  await call("POST", "", relay);

  await call("POST", "/check", { host: "127.0.0.1", port: 25, security: "none" });
  await call("POST", "/check", { id: 1, port: 2_587 });
  const stolen = await call("POST", "/check", { id: 1, host: "evil.example" });

  expect(dialled.map(({ host, port, password }) => [host, port, password])).toEqual([
    ["127.0.0.1", 25, ""],
    ["smtp.example.net", 2_587, "s3cret-pass"],
  ]);
  expect(stolen.status).toBe(422);
  expect((await stolen.json()).fields[0].field).toBe("password");
});

test("changing a stored route's host requires its password again", async () => {
  await call("POST", "", relay);

  const moved = await call("PATCH", "/1", { host: "evil.example" });
  const unchecked = await call("PATCH", "/1", { verifyCertificate: false });
  const known = await call("PATCH", "/1", { host: "smtp2.example.net", password: "s3cret-pass" });

  expect(moved.status).toBe(422);
  expect(unchecked.status).toBe(422);
  expect((await unchecked.json()).detail).toContain("less secure");
  expect((await moved.json()).fields[0].field).toBe("password");
  expect(known.status).toBe(200);
});

test("a route of a running campaign cannot be deleted; deleting a draft's route removes it from the draft", async () => {
  await call("POST", "", relay);
  db()
    .prepare(
      "INSERT INTO campaign (name, status, route_id, created_by, created_at, updated_at) VALUES ('May', 'sending', 1, 'u', 0, 0)",
    )
    .run();

  const refused = await call("DELETE", "/1");
  db().exec("UPDATE campaign SET status = 'draft'");
  const removed = await call("DELETE", "/1");

  expect(refused.status).toBe(409);
  expect((await refused.json()).detail).toContain('"May"');
  expect(removed.status).toBe(200);
  expect(db().prepare("SELECT route_id FROM campaign").pluck().get()).toBeNull();
  expect((await call("DELETE", "/1")).status).toBe(404);
});

const oauth = {
  tokenUrl: "https://login.example.net/token",
  clientId: "client",
  clientSecret: "cl1ent-s3cret",
  refreshToken: "r3fresh",
};

test("an OAuth client is stored encrypted, returned without its secrets, and replaces the password", async () => {
  await call("POST", "", relay);
  const changed = await call("PATCH", "/1", { oauth });

  expect(await changed.json()).toMatchObject({
    hasPassword: false,
    oauth: { tokenUrl: oauth.tokenUrl, clientId: "client", hasRefreshToken: true, scope: "" },
  });
  const stored = String(db().prepare("SELECT oauth FROM route").pluck().get());
  expect(stored + (await (await call("GET", "")).text())).not.toMatch(/s3cret|r3fresh/);
  expect(loadRoute(db(), context(), 1)).toMatchObject({
    password: "",
    oauth: { ...oauth, scope: "" },
  });
  await call("PATCH", "/1", { oauth: null, password: "again" });
  const back = loadRoute(db(), context(), 1);
  expect([back.oauth, back.password]).toEqual([undefined, "again"]);
});

test("a stored OAuth client is never sent to another host, another token URL or a less secure connection", async () => {
  const { password: _, ...unsigned } = relay;
  await call("POST", "", { ...unsigned, oauth });

  const attacks = [
    { host: "evil.example" },
    { security: "none" },
    { verifyCertificate: false },
    { oauth: { tokenUrl: "https://evil.example/token" } },
    { oauth: { tokenUrl: "https://evil.example/token", clientSecret: "known" } },
    { host: "evil.example", oauth: { clientSecret: "known" } },
  ];
  for (const attack of attacks) {
    const refused = await call("PATCH", "/1", attack);
    expect([attack, refused.status]).toEqual([attack, 422]);
    expect((await refused.json()).fields[0].field).toStartWith("oauth.");
    expect((await call("POST", "/check", { id: 1, ...attack })).status).toBe(422);
  }
  expect(dialled).toEqual([]);
  const known = { clientSecret: "known", refreshToken: "known" };
  expect((await call("PATCH", "/1", { host: "smtp2.example.net", oauth: known })).status).toBe(200);
});

test("a direct route requires the administrator's permission and usable source addresses", async () => {
  const direct = { name: "Own IPs", kind: "direct" };
  expect((await call("POST", "", direct)).status).toBe(403);
  storeDirectSending(fixture.databases.system, true, 0);

  const bad = await call("POST", "", {
    ...direct,
    host: "smtp.example.net",
    chainDot: true,
    allowDomains: ["no domain"],
    sources: [
      { address: "203.0.113.999", heloName: "mta1.example.net", weight: 1 },
      { address: "203.0.113.7", heloName: "localhost", weight: 1 },
      {
        address: "203.0.113.7",
        heloName: "mta2.example.net",
        weight: 1,
        warmUp: { startedAt: 0, firstDay: 100, target: 50 },
      },
    ],
  });
  const problems = (await bad.json()).fields as { field: string; hint?: string }[];
  expect(problems.map(({ field }) => field)).toEqual([
    "host",
    "chainDot",
    "sources.0.address",
    "sources.1.heloName",
    "sources.2.address",
    "sources.2.warmUp.target",
    "allowDomains",
  ]);
  expect(problems.every(({ hint }) => hint !== undefined)).toBe(true);

  const warmUp = { startedAt: 1_000, firstDay: 50, target: 10_000 };
  const source = { address: "203.0.113.7", heloName: "MTA1.example.net", weight: 2, warmUp };
  const good = await call("POST", "", {
    ...direct,
    tlsPolicy: "required",
    maxPerDay: 5_000,
    denyDomains: ["*.Bücher.example", "example.org."],
    sources: [source],
  });
  expect(good.status).toBe(200);
  expect(loadRoute(db(), context(), 1)).toMatchObject({
    kind: "direct",
    port: 25,
    tlsPolicy: "required",
    maxPerDay: 5_000,
    denyDomains: ["*.xn--bcher-kva.example", "example.org"],
    sources: [{ address: "203.0.113.7", heloName: "mta1.example.net", weight: 2, warmUp }],
  });
});

test("a direct route's check reports for each address whether its name is valid", async () => {
  storeDirectSending(fixture.databases.system, true, 0);
  Object.assign(zone, {
    "203.0.113.7": ["mta1.example.net."],
    "mta1.example.net": ["203.0.113.7"],
    "203.0.113.8": ["other.example.net"],
    "other.example.net": ["203.0.113.8"],
    "2001:db8::9": ["mta1.example.net"],
  });
  const source = (address: string) => ({ address, heloName: "mta1.example.net", weight: 1 });
  await call("POST", "", {
    kind: "direct",
    name: "Own IPs",
    sources: ["203.0.113.7", "203.0.113.8", "203.0.113.9", "2001:db8::9"].map(source),
  });

  const check = await (await call("POST", "/1/check")).json();

  expect(check.ok).toBe(false);
  const names = check.steps.filter((step: { stage: string }) => step.stage === "ptr");
  expect(names.map((step: { ok: boolean }) => step.ok)).toEqual([true, false, false, false]);
  const [, other, missing, oneWay] = check.steps.map((one: { message: string }) => one.message);
  expect(other).toContain("Use other.example.net as the EHLO name");
  expect(missing).toContain("no PTR record");
  expect(oneWay).toContain("Add an AAAA record for mta1.example.net with 2001:db8::9");
  // It also checks whether mail can leave from this machine at all.
  expect(dialled).toMatchObject([{ kind: "direct", name: "Own IPs" }]);
});

test("a test message uses the route and a sender's name, and returns the server's reply", async () => {
  await call("POST", "", relay);
  db().exec("INSERT INTO sender (name, email, created_at) VALUES ('Acme', 'news@acme.test', 0)");

  const sent = await call("POST", "/1/test", { senderId: 1, to: "ann@x.test" });

  expect(await sent.json()).toEqual({
    accepted: true,
    message: "smtp said: 250 queued",
    cause: { code: "test_replied", params: { host: "smtp", said: "250 queued" } },
  });
  expect(messages[0]).toMatchObject({
    to: "ann@x.test",
    route: { host: "smtp.example.net", password: "s3cret-pass" },
    content: { fromEmail: "news@acme.test", domain: "acme.test" },
  });
  const refused = await call("POST", "/1/test", {
    senderId: 9,
    to: "a@x.test\r\nRCPT TO:<b@x.test>",
  });
  expect(refused.status).toBe(422);
  expect(messages).toHaveLength(1);
});

test("delivery gets the enabled routes of a group in order, or the one route", async () => {
  for (const name of ["A", "B", "C"]) {
    await call("POST", "", { ...relay, name });
  }
  db().exec(`
    INSERT INTO route_group VALUES (7, 'Main', 0, 0);
    INSERT INTO route_group_member VALUES (7, 1, 2, 1), (7, 2, 1, 3), (7, 3, 1, 1);
    UPDATE route SET enabled = 0 WHERE id = 3;
  `);
  const names = (routeId: number | null, groupId: number | null) =>
    loadRouteMembers(db(), context(), { routeId, groupId }).map(
      ({ route, position, weight }) => [route.name, route.password, position, weight] as const,
    );

  expect(names(null, 7)).toEqual([
    ["B", "s3cret-pass", 1, 3],
    ["A", "s3cret-pass", 2, 1],
  ]);
  expect(names(1, null)).toEqual([["A", "s3cret-pass", 0, 1]]);
  expect(names(3, null)).toEqual([]);
  expect(names(null, null)).toEqual([]);
});

test("a viewer can read routes and change nothing", async () => {
  await call("POST", "", relay);

  expect((await call("GET", "", undefined, { as: "viewer" })).status).toBe(200);
  expect((await call("POST", "", relay, { as: "viewer" })).status).toBe(403);
  expect((await call("PATCH", "/1", { name: "x" }, { as: "viewer" })).status).toBe(403);
  expect((await call("DELETE", "/1", undefined, { as: "viewer" })).status).toBe(403);
  expect((await call("POST", "/1/check", undefined, { as: "viewer" })).status).toBe(403);
  expect((await call("POST", "/check", {}, { as: "viewer" })).status).toBe(403);
});

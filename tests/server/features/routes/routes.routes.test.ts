import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Route } from "../../../../server/delivery/index.ts";
import { loadRoute } from "../../../../server/features/routes/routes.service.ts";
import { inboxPassword } from "../../../../server/inbound/index.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let dialled: Route[];

beforeEach(() => {
  dialled = [];
  fixture = newTestApp(() => 5_000, {
    inbound: { port: 2_526, clear: async () => 0 },
    checkRoute: async (route) => {
      dialled.push(route);
      return {
        ok: false,
        steps: [
          { stage: "connect", ok: true, message: "connected" },
          { stage: "auth", ok: false, message: "535 5.7.8 wrong" },
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

const call = (method: string, path: string, body?: unknown, role: "viewer" | "admin" = "admin") =>
  fixture.call(
    { role, workspaceId: workspace.id },
    method,
    `/workspaces/${workspace.id}/routes${path}`,
    body,
  );
const db = () => fixture.databases.workspace(workspace.id);
const context = () => ({
  keyRing: loadKeyRing(fixture.dataDir),
  workspaceId: workspace.id,
  inboxPort: 2_526,
});

test("a relay's password is stored encrypted, never returned, and decrypted for delivery alone", async () => {
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

test("a change leaves what it does not name, the password too; an empty password removes it", async () => {
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

test("there is one test inbox per workspace, and it leads to the listener with a derived password", async () => {
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

test("a check dials the stored route, tells every step and is remembered", async () => {
  await call("POST", "", relay);

  const check = await (await call("POST", "/1/check")).json();
  const route = await (await call("GET", "/1")).json();

  expect(check.steps[1]).toEqual({ stage: "auth", ok: false, message: "535 5.7.8 wrong" });
  expect(dialled[0]?.password).toBe("s3cret-pass");
  expect(route.lastCheck).toEqual({
    at: 5_000,
    ok: false,
    stage: "auth",
    message: "535 5.7.8 wrong",
  });
});

test("settings can be tried before they are stored, but a stored password never goes to another host", async () => {
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

test("moving a stored route to another host needs its password again", async () => {
  await call("POST", "", relay);

  const moved = await call("PATCH", "/1", { host: "evil.example" });
  const unchecked = await call("PATCH", "/1", { verifyCertificate: false });
  const known = await call("PATCH", "/1", { host: "smtp2.example.net", password: "s3cret-pass" });

  expect(moved.status).toBe(422);
  expect(unchecked.status).toBe(422);
  expect((await unchecked.json()).detail).toContain("less safe");
  expect((await moved.json()).fields[0].field).toBe("password");
  expect(known.status).toBe(200);
});

test("a route that a running campaign needs stays; one of a draft goes and the draft loses it", async () => {
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

test("a viewer sees routes and changes nothing", async () => {
  await call("POST", "", relay);

  expect((await call("GET", "", undefined, "viewer")).status).toBe(200);
  expect((await call("POST", "", relay, "viewer")).status).toBe(403);
  expect((await call("PATCH", "/1", { name: "x" }, "viewer")).status).toBe(403);
  expect((await call("DELETE", "/1", undefined, "viewer")).status).toBe(403);
  expect((await call("POST", "/1/check", undefined, "viewer")).status).toBe(403);
  expect((await call("POST", "/check", {}, "viewer")).status).toBe(403);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceRequests } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;
let told: number[];

beforeEach(async () => {
  told = [];
  fixture = newTestApp(() => 5_000);
  workspace = fixture.newWorkspace();
  for (const name of ["A", "B", "C"]) {
    await call("POST", "/routes", { name, kind: "relay", host: "smtp.example.net" });
  }
  await call("POST", "/routes", { kind: "test_inbox" });
});
afterEach(() => fixture.close());

const call = workspaceRequests(() => ({ app: fixture, workspaceId: workspace.id }), "admin");
const db = () => fixture.databases.workspace(workspace.id);
const member = (routeId: number, position = 0, weight = 1) => ({ routeId, position, weight });

test("a group stores its routes in order, and its members are replaced together", async () => {
  const created = await call("POST", "/route-groups", {
    name: "Main",
    members: [member(1, 1), member(2, 0, 3), member(3, 0)],
  });
  const changed = await call("PATCH", "/route-groups/1", { members: [member(3)] });

  expect(await created.json()).toMatchObject({
    id: 1,
    name: "Main",
    members: [
      { routeId: 2, name: "B", position: 0, weight: 3, enabled: true },
      { routeId: 3, name: "C", position: 0, weight: 1 },
      { routeId: 1, name: "A", position: 1, weight: 1 },
    ],
  });
  expect(await changed.json()).toMatchObject({ name: "Main", members: [{ routeId: 3 }] });
  expect((await (await call("GET", "/route-groups")).json()).items).toHaveLength(1);
});

test.each([
  ["members", []],
  ["members.0.routeId", [member(99)]],
  ["members.1.routeId", [member(1), member(1, 2)]],
  ["members.1.routeId", [member(1), member(4)]],
])("a group is refused at %s for %j", async (field, members) => {
  const refused = await call("POST", "/route-groups", { name: "Main", members });

  expect(refused.status).toBe(422);
  expect((await refused.json()).fields[0].field).toBe(field);
  expect((await (await call("GET", "/route-groups")).json()).items).toEqual([]);
});

test("a group used by a campaign cannot be deleted; nor can the only route of a group", async () => {
  await call("POST", "/route-groups", { name: "Main", members: [member(1), member(2)] });
  db().exec(`
    INSERT INTO campaign (name, status, created_by, created_at, updated_at)
      VALUES ('May', 'paused', 'u', 0, 0);
    INSERT INTO campaign_sending (campaign_id, route_group_id) VALUES (1, 1);
  `);

  const busy = await call("DELETE", "/route-groups/1");
  expect(busy.status).toBe(409);
  expect((await busy.json()).detail).toContain('"May"');

  expect((await call("DELETE", "/routes/1")).status).toBe(200);
  const only = await call("DELETE", "/routes/2");
  expect(only.status).toBe(409);
  expect((await only.json()).detail).toContain('"Main"');

  db().exec("UPDATE campaign SET status = 'draft'");
  expect((await call("DELETE", "/route-groups/1")).status).toBe(200);
  expect(db().prepare("SELECT route_group_id FROM campaign_sending").pluck().get()).toBeNull();
  expect((await call("DELETE", "/routes/2")).status).toBe(200);
  expect((await call("DELETE", "/route-groups/1")).status).toBe(404);
});

test("running campaigns are notified of every added or removed route", async () => {
  const { outside } = {
    outside: {
      rulesChanged: () => undefined,
      retry: () => Promise.reject(new Error("not asked")),
      retryPreview: () => Promise.reject(new Error("not asked")),
      decideHeld: () => Promise.reject(new Error("not asked")),
      routeChanged: (_: string, id: number) => void told.push(id),
    },
  };
  fixture.close();
  fixture = newTestApp(() => 5_000, {
    engine: {
      waterfall: () => Promise.reject(new Error("not asked")),
      prepareCampaign: () => Promise.reject(new Error("not asked")),
      expect: () => Promise.reject(new Error("not asked")),
      sendOne: () => Promise.reject(new Error("not asked")),
      notice: () => undefined,
      running: () => undefined,
      ...outside,
    },
  });
  workspace = fixture.newWorkspace();
  for (const name of ["A", "B", "C"]) {
    await call("POST", "/routes", { name, kind: "relay", host: "smtp.example.net" });
  }
  await call("POST", "/route-groups", { name: "Main", members: [member(1), member(2)] });
  await call("PATCH", "/route-groups/1", { members: [member(2), member(3)] });

  expect(told.sort()).toEqual([1, 2, 3]);
});

test("a viewer can read groups and change nothing", async () => {
  const group = { name: "Main", members: [member(1)] };
  await call("POST", "/route-groups", group);

  expect((await call("GET", "/route-groups/1", undefined, { as: "viewer" })).status).toBe(200);
  expect((await call("POST", "/route-groups", group, { as: "viewer" })).status).toBe(403);
  expect((await call("PATCH", "/route-groups/1", { name: "x" }, { as: "viewer" })).status).toBe(
    403,
  );
  expect((await call("DELETE", "/route-groups/1", undefined, { as: "viewer" })).status).toBe(403);
});

test("every preset creates a valid route once credentials are added", async () => {
  const listed = await fixture.call(null, "GET", "/route-presets");
  const { items } = (await listed.json()) as { items: Preset[] };

  expect(items.map(({ id }) => id)).toEqual([
    ...["ses", "sendgrid", "mailgun", "postmark", "brevo", "mailjet", "google", "microsoft365", ""],
  ]);
  for (const preset of items.filter(({ id }) => id !== "")) {
    const secrets =
      preset.auth === "oauth"
        ? {
            oauth: {
              tokenUrl: preset.tokenUrl,
              clientId: "c",
              clientSecret: "s",
              scope: preset.scope,
            },
          }
        : { password: "secret" };
    const created = await call("POST", "/routes", {
      kind: "relay",
      name: preset.name,
      preset: preset.id,
      host: preset.hosts[0]?.host,
      port: preset.port,
      security: preset.security,
      username: "user",
      ...preset.limits,
      ...secrets,
    });
    expect([preset.id, created.status]).toEqual([preset.id, 200]);
    expect(preset.steps.length).toBeGreaterThan(0);
  }
  const unknown = { kind: "relay", name: "X", preset: "nobody", host: "smtp.example.net" };
  const refused = await call("POST", "/routes", unknown);
  expect((await refused.json()).fields[0].field).toBe("preset");
});

type Preset = {
  id: string;
  name: string;
  hosts: { host: string }[];
  port: number;
  security: string;
  auth: string;
  tokenUrl: string;
  scope: string;
  limits: object;
  steps: string[];
};

test("a campaign can use a group instead of a route, and its copy does too", async () => {
  await call("POST", "/route-groups", { name: "Main", members: [member(1), member(2)] });
  const created = await call("POST", "/campaigns", { name: "May", routeGroupId: 1 });
  expect(await created.json()).toMatchObject({ routeGroupId: 1, onAmbiguous: "resend" });

  const changed = await call("PATCH", "/campaigns/1", { spreadMinutes: 90, onAmbiguous: "hold" });
  const { sections, ...campaign } = await changed.json();
  expect(campaign).toMatchObject({ routeGroupId: 1, spreadMinutes: 90, onAmbiguous: "hold" });
  const fields = (problems: { field: string }[]) => problems.map(({ field }) => field);
  expect(fields(sections.sender.problems)).toEqual(["senderId"]);

  const copy = await call("POST", "/campaigns/1/duplicate");
  expect(await copy.json()).toMatchObject({ routeGroupId: 1, spreadMinutes: 90 });
  const dangling = await call("PATCH", "/campaigns/1", { routeGroupId: 99 });
  expect((await dangling.json()).fields[0].field).toBe("routeGroupId");

  for (const id of [1, 2]) {
    await call("PATCH", `/routes/${id}`, { enabled: false });
  }
  const off = await (await call("GET", "/campaigns/1")).json();
  expect(fields(off.sections.sender.problems)).toEqual(["senderId", "routeId"]);
});

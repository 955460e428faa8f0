import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";

let fixture: AccountsApp;
let ada: SignedUp;
let path = "";

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  path = `/workspaces/${ada.workspaceId}/api-keys`;
});
afterEach(() => fixture.close());

async function newKey(scopes: string[], as = ada.cookie) {
  const response = await fixture.call(as, "POST", path, { name: "Shop", scopes });
  return { response, made: (await response.json()) as { id: string; key: string; prefix: string } };
}

test("a key is shown once; the database stores its hash and its first characters", async () => {
  const { made } = await newKey(["contacts:read"]);
  const list = await (await fixture.call(ada.cookie, "GET", path)).text();
  const rows = fixture.databases.system.prepare("SELECT * FROM api_key").all();

  expect(made.key).toMatch(/^smk_[\w-]{43}$/);
  expect(list).toContain(made.prefix);
  expect(list).not.toContain(made.key);
  expect(JSON.stringify(rows)).not.toContain(made.key);
});

test("a key can do what it was granted in its workspace, without an Origin, and nothing else", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const { made } = await newKey(["workspace:read", "members:read"]);
  const ask = (method: string, to: string, body?: unknown) =>
    fixture.call(made.key, method, to, body, { origin: "" });

  expect((await ask("GET", `/workspaces/${ada.workspaceId}`)).status).toBe(200);
  expect((await ask("PATCH", `/workspaces/${ada.workspaceId}`, { name: "x" })).status).toBe(403);
  expect((await ask("GET", `/workspaces/${bob.workspaceId}`)).status).toBe(404);
  expect((await ask("GET", "/auth/me")).status).toBe(403);
  expect((await ask("POST", "/auth/sign-out-everywhere")).status).toBe(403);
  const list = (await (await ask("GET", "/workspaces")).json()) as { items: { id: string }[] };
  expect(list.items.map(({ id }) => id)).toEqual([ada.workspaceId]);
});

test("a key gets neither permissions that its creator lacks nor ones that would let it extend its own", async () => {
  const admin = await joinAs(fixture, ada, "admin@example.com", "admin");
  fixture.databases.system
    .prepare("UPDATE membership SET role = 'admin' WHERE user_id = ?")
    .run(admin.userId);

  for (const scope of ["members:write", "api-keys:write", "workspace:delete", "root"]) {
    const { response } = await newKey([scope], admin.cookie);
    expect(response.status).toBe(422);
  }
  expect((await newKey([])).response.status).toBe(422);
  expect((await newKey(["contacts:write"], admin.cookie)).response.status).toBe(200);
});

test("a revoked key is refused at once", async () => {
  const { made } = await newKey(["workspace:read"]);

  await fixture.call(ada.cookie, "DELETE", `${path}/${made.id}`);

  expect((await fixture.call(made.key, "GET", `/workspaces/${ada.workspaceId}`)).status).toBe(401);
  expect((await fixture.call(ada.cookie, "DELETE", `${path}/${made.id}`)).status).toBe(404);
});

test("one workspace cannot revoke another's key", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const { made } = await newKey(["workspace:read"]);

  const response = await fixture.call(
    bob.cookie,
    "DELETE",
    `/workspaces/${bob.workspaceId}/api-keys/${made.id}`,
  );

  expect(response.status).toBe(404);
  expect((await fixture.call(made.key, "GET", `/workspaces/${ada.workspaceId}`)).status).toBe(200);
});

test("malformed, unknown and empty keys are refused, even beside a valid cookie", async () => {
  for (const authorization of ["Bearer smk_nope", "Bearer x", "Bearer ", "Basic YTpi"]) {
    const response = await fixture.call(ada.cookie, "GET", "/auth/me", undefined, {
      authorization,
    });
    expect(response.status).toBe(401);
  }
});

test("the time of use is recorded, at most once a minute", async () => {
  const { made } = await newKey(["workspace:read"]);
  const used = () =>
    fixture.databases.system.prepare("SELECT last_used_at FROM api_key").pluck().get();
  const use = () => fixture.call(made.key, "GET", `/workspaces/${ada.workspaceId}`);
  const first = fixture.clock.now;

  await use();
  fixture.clock.now += 30_000;
  await use();
  expect(used()).toBe(first);

  fixture.clock.now += 31_000;
  await use();
  expect(used()).toBe(fixture.clock.now);
});

test("a key can never do more than its creator can now: demoted, removed or disabled", async () => {
  const { system } = fixture.databases;
  const admin = await joinAs(fixture, ada, "admin@example.com", "admin");
  const { made } = await newKey(["workspace:write", "contacts:read"], admin.cookie);
  const rename = () =>
    fixture.call(made.key, "PATCH", `/workspaces/${ada.workspaceId}`, { name: "Renamed" });
  const read = () => fixture.call(made.key, "GET", `/workspaces/${ada.workspaceId}/contacts`);
  const inactive = async () => {
    const list = await fixture.call(ada.cookie, "GET", path);
    return ((await list.json()) as { items: { inactiveScopes: string[] }[] }).items[0];
  };
  expect((await rename()).status).toBe(200);

  await fixture.call(
    ada.cookie,
    "PATCH",
    `/workspaces/${ada.workspaceId}/members/${admin.userId}`,
    {
      role: "viewer",
    },
  );
  expect((await rename()).status).toBe(403);
  expect((await read()).status).toBe(200);
  expect(await inactive()).toMatchObject({ inactiveScopes: ["workspace:write"] });

  system.prepare("UPDATE user SET disabled_at = 1 WHERE id = ?").run(admin.userId);
  expect((await read()).status).toBe(403);

  system.prepare("UPDATE user SET disabled_at = NULL WHERE id = ?").run(admin.userId);
  system.prepare("DELETE FROM membership WHERE user_id = ?").run(admin.userId);
  expect((await read()).status).toBe(403);
  expect(await inactive()).toMatchObject({ inactiveScopes: ["workspace:write", "contacts:read"] });
});

test("a key that may import but not write lists cannot create lists with a file of our own export", async () => {
  const start = async (scopes: string[], key: string) => {
    const { made } = await newKey(scopes);
    const to = `/workspaces/${ada.workspaceId}/imports/7/start`;
    const mapping = [{ column: 0, target: "own", key }];
    const body = { mapping, agreed: true, onDuplicate: "update" };
    return (await fixture.call(made.key, "POST", to, body, { origin: "" })).status;
  };

  expect(await start(["imports:write"], "lists")).toBe(403);
  // The import does not exist. A caller with permission to start one is told so.
  expect(await start(["imports:write"], "consent")).toBe(404);
  expect(await start(["imports:write", "lists:write"], "lists")).toBe(404);
});

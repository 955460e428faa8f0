import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";

let fixture: AccountsApp;
let ada: SignedUp;

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
});
afterEach(() => fixture.close());

const input = () => ({
  organizationId: ada.organizationId,
  name: "Second client",
  timeZone: "America/New_York",
  postalAddress: "2 Road",
});

test("creating a workspace creates its file and its owner at once", async () => {
  const response = await fixture.call(ada.cookie, "POST", "/workspaces", input());
  const { id } = (await response.json()) as { id: string };

  expect(response.status).toBe(200);
  expect(existsSync(join(fixture.dataDir, `t_${id}.db`))).toBe(true);
  const me = (await (await fixture.call(ada.cookie, "GET", "/auth/me")).json()) as Me;
  expect(me.workspaces.map(({ id: each, role }) => [each, role])).toContainEqual([id, "owner"]);
});

test("only an owner of the organization can create workspaces in it; others do not find it", async () => {
  const bob = await fixture.signUp("bob@example.com");

  const response = await fixture.call(bob.cookie, "POST", "/workspaces", input());

  expect(response.status).toBe(404);
});

test("an unknown time zone and a blank postal address are refused by field", async () => {
  const zone = await fixture.call(ada.cookie, "POST", "/workspaces", {
    ...input(),
    timeZone: "Mars/Olympus",
  });
  const address = await fixture.call(ada.cookie, "POST", "/workspaces", {
    ...input(),
    postalAddress: "   ",
  });

  expect(await zone.json()).toMatchObject({ status: 422, fields: [{ field: "timeZone" }] });
  expect(await address.json()).toMatchObject({ status: 422, fields: [{ field: "postalAddress" }] });
});

test("an organization's owner also owns a workspace that somebody else was made owner of", async () => {
  const { id } = (await (
    await fixture.call(ada.cookie, "POST", "/workspaces", input())
  ).json()) as { id: string };
  const bob = await fixture.signUp("bob@example.com");
  const { system } = fixture.databases;
  system.prepare("DELETE FROM membership WHERE workspace_id = ?").run(id);
  system.prepare("INSERT INTO membership VALUES (?, ?, 'owner', 0)").run(bob.userId, id);

  expect((await fixture.call(ada.cookie, "GET", `/workspaces/${id}`)).status).toBe(200);
  expect((await fixture.call(bob.cookie, "GET", `/workspaces/${id}`)).status).toBe(200);
  expect((await fixture.call(bob.cookie, "GET", `/workspaces/${ada.workspaceId}`)).status).toBe(
    404,
  );
});

test("changing a workspace changes only the given values", async () => {
  const path = `/workspaces/${ada.workspaceId}`;
  await fixture.call(ada.cookie, "PATCH", path, { tracking: false, maxPerSecond: 50 });
  const response = await fixture.call(ada.cookie, "PATCH", path, { name: "Renamed" });

  expect(await response.json()).toMatchObject({
    name: "Renamed",
    timeZone: "Europe/Berlin",
    tracking: false,
    maxPerSecond: 50,
  });
  const uncapped = await fixture.call(ada.cookie, "PATCH", path, { maxPerSecond: null });
  expect(await uncapped.json()).toMatchObject({ maxPerSecond: null });
});

test("a workspace that is being deleted is not found by anybody", async () => {
  fixture.databases.system.prepare("UPDATE workspace SET status = 'deleting'").run();

  const response = await fixture.call(ada.cookie, "GET", `/workspaces/${ada.workspaceId}`);

  expect(response.status).toBe(404);
});

test("only owners can rename an organization; a member of a workspace sees none", async () => {
  const editor = await joinAs(fixture, ada, "editor@example.com", "editor");
  const rename = (cookie: string) =>
    fixture.call(cookie, "PATCH", `/organizations/${ada.organizationId}`, { name: "New name" });

  expect((await rename(editor.cookie)).status).toBe(404);
  expect((await rename(ada.cookie)).status).toBe(200);
  const list = await (await fixture.call(ada.cookie, "GET", "/organizations")).json();
  expect(list).toEqual({ items: [{ id: ada.organizationId, name: "New name", role: "owner" }] });
  const none = await (await fixture.call(editor.cookie, "GET", "/organizations")).json();
  expect(none).toEqual({ items: [] });
});

type Me = { workspaces: { id: string; role: string }[] };

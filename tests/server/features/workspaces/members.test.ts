import { afterEach, beforeEach, expect, test } from "bun:test";
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

const members = (workspaceId: string, userId = "") =>
  `/workspaces/${workspaceId}/members${userId === "" ? "" : `/${userId}`}`;
const invite = (as: string, email: string, role: string) =>
  fixture.call(as, "POST", members(ada.workspaceId), { email, role });

test("inviting a member again is a conflict that names the field", async () => {
  await joinAs(fixture, ada, "x@example.com", "viewer");
  const again = await invite(ada.cookie, "X@EXAMPLE.com", "admin");

  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ code: "conflict", fields: [{ field: "email" }] });
});

test("the last owner can neither leave nor take a lower role", async () => {
  const leave = await fixture.call(ada.cookie, "DELETE", members(ada.workspaceId, ada.userId));
  const step = await fixture.call(ada.cookie, "PATCH", members(ada.workspaceId, ada.userId), {
    role: "admin",
  });

  expect([leave.status, step.status]).toEqual([409, 409]);
  expect(await leave.json()).toMatchObject({ code: "illegal_state" });
});

test("an administrator manages everybody except owners, and creates none", async () => {
  const admin = await joinAs(fixture, ada, "admin@example.com", "admin");
  const viewer = await joinAs(fixture, ada, "viewer@example.com", "viewer");
  const act = (method: string, userId: string, body?: unknown) =>
    fixture.call(admin.cookie, method, members(ada.workspaceId, userId), body);

  expect((await act("PATCH", viewer.userId, { role: "editor" })).status).toBe(200);
  expect((await act("PATCH", viewer.userId, { role: "owner" })).status).toBe(403);
  expect((await act("PATCH", admin.userId, { role: "owner" })).status).toBe(403);
  expect((await act("PATCH", ada.userId, { role: "viewer" })).status).toBe(403);
  expect((await act("DELETE", ada.userId)).status).toBe(403);
  expect((await invite(admin.cookie, "o@example.com", "owner")).status).toBe(403);
  expect((await act("DELETE", viewer.userId)).status).toBe(200);
});

test("a viewer can change nobody, may leave, and then has no access at once", async () => {
  const viewer = await joinAs(fixture, ada, "viewer@example.com", "viewer");

  expect((await invite(viewer.cookie, "x@example.com", "viewer")).status).toBe(403);
  const remove = await fixture.call(viewer.cookie, "DELETE", members(ada.workspaceId, ada.userId));
  expect(remove.status).toBe(403);

  const leave = await fixture.call(
    viewer.cookie,
    "DELETE",
    members(ada.workspaceId, viewer.userId),
  );
  expect(leave.status).toBe(200);
  expect((await fixture.call(viewer.cookie, "GET", members(ada.workspaceId))).status).toBe(404);
});

test("removing a person revokes the API keys they created there", async () => {
  const admin = await joinAs(fixture, ada, "admin@example.com", "admin");
  const made = await fixture.call(admin.cookie, "POST", `/workspaces/${ada.workspaceId}/api-keys`, {
    name: "theirs",
    scopes: ["members:read"],
  });
  const { key } = (await made.json()) as { key: string };
  expect((await fixture.call(key, "GET", members(ada.workspaceId))).status).toBe(200);

  await fixture.call(ada.cookie, "DELETE", members(ada.workspaceId, admin.userId));

  expect((await fixture.call(key, "GET", members(ada.workspaceId))).status).toBe(401);
});

test("members are listed in pages, each once", async () => {
  for (let i = 0; i < 5; i++) {
    await joinAs(fixture, ada, `p${i}@example.com`, "viewer");
  }
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: string = cursor === "" ? "?limit=2" : `?limit=2&cursor=${cursor}`;
    const page = (await (
      await fixture.call(ada.cookie, "GET", members(ada.workspaceId) + query)
    ).json()) as Page;
    seen.push(...page.items.map(({ email }) => email));
    cursor = page.nextCursor;
  }

  expect(seen).toHaveLength(6);
  expect(new Set(seen).size).toBe(6);
});

test("every change of members is in the audit log, without addresses or names", async () => {
  const viewer = await joinAs(fixture, ada, "viewer@example.com", "viewer");
  const path = members(ada.workspaceId, viewer.userId);
  await fixture.call(ada.cookie, "PATCH", path, { role: "editor" });
  await fixture.call(ada.cookie, "DELETE", path);

  const page = (await (
    await fixture.call(ada.cookie, "GET", `/workspaces/${ada.workspaceId}/audit`)
  ).json()) as { items: { action: string; actorName: string }[] };

  expect(page.items.map(({ action }) => action)).toEqual([
    "member.remove",
    "member.change",
    "member.join",
    "member.invite",
  ]);
  expect(page.items[0]?.actorName).toBe("ada");
  const rows = fixture.databases.system.prepare("SELECT target, detail FROM audit").all();
  expect(JSON.stringify(rows)).not.toContain("example.com");
});

type Page = { items: { email: string }[]; nextCursor: string | null };

// An older copy of system.db is found: everything that it would bring back is refused until an administrator has
// checked it.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { holdIfOlder } from "../../../../server/features/auth/system-hold.service.ts";
import { forcePassword } from "../../../../server/features/users/reset.service.ts";
import { createAuditLog } from "../../../../server/platform/audit/audit-log.ts";
import { isOnHold, unreadDamage } from "../../../../server/platform/db/damage.store.ts";
import { openDatabases } from "../../../../server/platform/db/databases.ts";
import { holdCause } from "../../../../server/platform/db/workspace-seen.store.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import {
  type AccountsApp,
  goodPassword,
  joinAs,
  newAccountsApp,
  type SignedUp,
} from "../../../support/accounts.ts";

const NEW_PASSWORD = "five quiet rivers bend north";

let fixture: AccountsApp;
let admin: SignedUp;
let editor: { userId: string; cookie: string };
let key: { id: string; key: string };
/** The messages to the operator. */
const told: string[] = [];
beforeEach(async () => {
  fixture = newAccountsApp();
  admin = await fixture.signUp("ada@agency.example", { isAdmin: true });
  editor = await joinAs(fixture, admin, "eve@agency.example", "editor");
  const made = await fixture.call(admin.cookie, "POST", keys(), {
    name: "K",
    scopes: ["contacts:read"],
  });
  key = (await made.json()) as { id: string; key: string };
  look();
  told.length = 0;
});
afterEach(() => fixture.close());

const keys = () => `/workspaces/${admin.workspaceId}/api-keys`;
const system = () => fixture.databases.system;
const kinds = () => unreadDamage(system()).map(({ kind }) => kind);
const count = (sql: string) =>
  system().prepare<[], number>(`SELECT count(*) FROM ${sql}`).pluck().get();
const status = async (as: string, path: string) => (await fixture.call(as, "GET", path)).status;

/** What a start does with the file. */
function look(): void {
  const databases = openDatabases(fixture.dataDir);
  const clock = () => fixture.clock.now;
  holdIfOlder(databases, fixture.dataDir, {
    audit: createAuditLog(databases.system, clock),
    clock,
    tell: (_facts, sentence) => told.push(sentence),
  });
  databases.close();
}

/** As if the file had been replaced by a copy with fewer changes. */
function makeOlder(by = 5): void {
  system().prepare("UPDATE system_version SET n = n - ?").run(by);
}

async function signIn(email: string, password = goodPassword) {
  const response = await fixture.call(null, "POST", "/auth/sign-in", { email, password });
  const body = (await response.json()) as { code?: string; reason?: { code: string } };
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return { status: response.status, code: body.code ?? "", cookie };
}

async function endHold(cookie: string): Promise<number> {
  const notice = unreadDamage(system()).find(({ kind }) => kind === "system_older");
  const path = `/instance/damage/notices/${notice?.id}/read`;
  return (await fixture.call(cookie, "POST", path)).status;
}

test("a complete file changes nothing", async () => {
  look();

  expect(isOnHold(system())).toBe(false);
  expect(kinds()).toEqual([]);
  expect(told).toEqual([]);
  expect(await status(admin.cookie, "/auth/me")).toBe(200);
  expect(await status(key.key, `/workspaces/${admin.workspaceId}/contacts/`)).toBe(200);
});

test("everybody is signed out, and only an administrator with a new password gets in until the notice is read", async () => {
  makeOlder();
  look();

  expect(unreadDamage(system())).toMatchObject([
    { kind: "system_older", path: join(fixture.dataDir, "system.db"), records: 5 },
  ]);
  expect(await status(admin.cookie, "/auth/me")).toBe(401);
  expect(await status(editor.cookie, "/auth/me")).toBe(401);
  expect(await signIn("eve@agency.example")).toMatchObject({ status: 403, code: "on_hold" });
  expect(await signIn("ada@agency.example")).toMatchObject({ status: 403, code: "on_hold" });
  expect(await signIn("ada@agency.example", "a wrong password here")).toMatchObject({
    status: 401,
    code: "unauthenticated",
  });

  for (const { userId } of [admin, editor]) {
    await forcePassword(system(), userId, NEW_PASSWORD, fixture.clock.now);
  }
  expect(await signIn("eve@agency.example", NEW_PASSWORD)).toMatchObject({ code: "on_hold" });
  const { cookie } = await signIn("ada@agency.example", NEW_PASSWORD);
  expect(await status(cookie, "/instance/damage")).toBe(200);
  expect(await endHold(cookie)).toBe(200);

  expect((await signIn("eve@agency.example", NEW_PASSWORD)).status).toBe(200);
  expect(isOnHold(system())).toBe(false);
  const entries = system()
    .prepare<[], string>("SELECT action FROM audit WHERE action LIKE 'instance.%' ORDER BY id")
    .pluck()
    .all();
  expect(entries).toEqual(["instance.hold", "instance.hold_end"]);
});

test("API keys report why they are refused, also after the hold, until each is enabled again", async () => {
  const contacts = `/workspaces/${admin.workspaceId}/contacts/`;
  makeOlder();
  look();
  await forcePassword(system(), admin.userId, NEW_PASSWORD, fixture.clock.now);
  const { cookie } = await signIn("ada@agency.example", NEW_PASSWORD);
  await endHold(cookie);

  const refused = await fixture.call(key.key, "GET", contacts);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({
    code: "unauthenticated",
    detail: expect.stringContaining("can turn it on again"),
  });
  const { items } = (await (await fixture.call(cookie, "GET", keys())).json()) as {
    items: { heldAt: number | null }[];
  };
  expect(items).toMatchObject([{ heldAt: fixture.clock.now, revokedAt: null }]);

  const resume = () => fixture.call(cookie, "POST", `${keys()}/${key.id}/resume`);
  expect((await resume()).status).toBe(200);
  expect(await status(key.key, contacts)).toBe(200);
  expect((await resume()).status).toBe(404);
});

test("a revoked key cannot be enabled, nor one of another workspace", async () => {
  const other = await fixture.signUp("bob@other.example");
  makeOlder();
  look();
  await forcePassword(system(), admin.userId, NEW_PASSWORD, fixture.clock.now);
  const { cookie } = await signIn("ada@agency.example", NEW_PASSWORD);
  await endHold(cookie);
  const bob = await signIn("bob@other.example");

  const elsewhere = `/workspaces/${other.workspaceId}/api-keys/${key.id}/resume`;
  expect((await fixture.call(bob.cookie, "POST", elsewhere)).status).toBe(404);
  await fixture.call(cookie, "DELETE", `${keys()}/${key.id}`);
  expect((await fixture.call(cookie, "POST", `${keys()}/${key.id}/resume`)).status).toBe(404);
});

test("links, invitations and the instance's own mail are cancelled; recurring work and workspace jobs stay", () => {
  const now = fixture.clock.now;
  system().exec(
    `INSERT INTO password_reset VALUES ('t', '${admin.userId}', 0, ${now + 9e6}, NULL)`,
  );
  system().exec(`
    INSERT INTO invitation (id, workspace_id, email, address, role, invited_by, created_at, expires_at)
    VALUES ('i', '${admin.workspaceId}', 'x@y.z', 'x@y.z', 'owner', '${admin.userId}', 0, ${now + 9e6})`);
  const jobs = createJobQueue(system(), () => now);
  jobs.enqueue("auth.reset-mail", null, { userId: admin.userId });
  jobs.enqueue("auth.clean-up", null, {}, { uniqueKey: "every:auth.clean-up" });
  jobs.enqueue("form.signup", admin.workspaceId, { signupId: 1 });
  makeOlder();
  look();

  expect(count("password_reset")).toBe(0);
  expect(count("invitation WHERE ended_at IS NULL")).toBe(0);
  const open = jobs.list({ state: "ready", limit: 10 }).map(({ kind }) => kind);
  expect(open.sort()).toEqual(["auth.clean-up", "form.signup", "system.lost-jobs"]);
  expect(holdCause(system(), admin.workspaceId)).toBe("system");
});

test("a workspace created after the copy is reported, and its number is not given to another", async () => {
  const later = join(fixture.dataDir, `t_${"0".repeat(26)}.db`);
  copyFileSync(join(fixture.dataDir, `t_${admin.workspaceId}.db`), later);
  const number = () =>
    system().prepare<[], number>("SELECT max(number) FROM workspace").pluck().get() ?? 0;
  const before = number();
  makeOlder();
  look();

  expect(unreadDamage(system())).toMatchObject([
    { kind: "system_older" },
    { kind: "workspace_unknown", path: later },
  ]);
  await fixture.signUp("new@other.example");
  expect(number()).toBeGreaterThan(before + 500);
});

test("it is reported once, and again when an older copy is restored again", async () => {
  makeOlder();
  look();
  expect(told).toEqual([
    expect.stringContaining("lacks changes that were saved"),
    expect.stringContaining("swiftmail user reset-password"),
  ]);
  look();
  expect(told).toHaveLength(3);
  expect(kinds()).toEqual(["system_older"]);
  await forcePassword(system(), admin.userId, NEW_PASSWORD, fixture.clock.now);
  look();
  const { cookie } = await signIn("ada@agency.example", NEW_PASSWORD);
  await endHold(cookie);
  look();
  expect(kinds()).toEqual([]);
  expect(await status(cookie, "/auth/me")).toBe(200);

  makeOlder();
  look();
  expect(kinds()).toEqual(["system_older"]);
  expect(await status(cookie, "/auth/me")).toBe(401);
  expect(await signIn("ada@agency.example", NEW_PASSWORD)).toMatchObject({ code: "on_hold" });
});

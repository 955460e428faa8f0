// Comparing and hashing a password takes time, during which the owner may reset the account.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readConfig } from "../../../../server/config.ts";
import {
  type AuthDesk,
  changePassword,
  resetPassword,
  signIn,
} from "../../../../server/features/auth/auth.service.ts";
import { newPasswordLink, RESET_MS } from "../../../../server/features/users/reset.service.ts";
import {
  createSessions,
  removeSessionsOf,
} from "../../../../server/features/users/sessions.service.ts";
import {
  hashPassword,
  replacePerson,
  setPasswordHash,
} from "../../../../server/features/users/users.service.ts";
import { addUser } from "../../../../server/features/users/users.store.ts";
import { createAuditLog } from "../../../../server/platform/audit/audit-log.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import {
  type AccountsApp,
  goodPassword,
  newAccountsApp,
  publicUrl,
  type SignedUp,
} from "../../../support/accounts.ts";

const newPassword = "another long password";
let fixture: AccountsApp;
let ada: SignedUp;
let desk: AuthDesk;

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  const { system } = fixture.databases;
  const clock = () => fixture.clock.now;
  desk = {
    config: readConfig({ PUBLIC_URL: publicUrl }),
    system,
    keyRing: fixture.keyRing,
    sessions: createSessions(system, () => true),
    audit: createAuditLog(system, clock),
    jobs: createJobQueue(system, clock),
    clock,
  };
});
afterEach(() => fixture.close());

test("an account created while somebody takes its address is a conflict that names the field", async () => {
  const { system } = desk;
  const input = { email: "bob@example.com", name: "Ada", password: newPassword };
  const replacing = replacePerson(system, ada.userId, input, fixture.clock.now);
  const row = { id: "b", email: "bob@example.com", address: "bob@example.com", name: "Bob" };
  addUser(system, { ...row, passwordHash: "", isAdmin: 0, locale: "", now: 1 });

  await expect(replacing).rejects.toMatchObject({
    code: "conflict",
    fields: [
      {
        field: "email",
        reason: "An account with this address already exists.",
        code: "account_exists",
      },
    ],
  });
});

/** What a mailed link finally does: the password changes, and all sessions end. */
function takeBack(passwordHash: string): void {
  setPasswordHash(desk.system, { id: ada.userId, passwordHash, now: fixture.clock.now });
  removeSessionsOf(desk.system, ada.userId);
}
const enter = (password: string) =>
  signIn(desk, { email: ada.email, password }, { ip: "192.0.2.1", userAgent: "", cookie: null });

test("a sign-in with the old password during a reset fails", async () => {
  const hash = await hashPassword(newPassword);
  const entering = enter(goodPassword);
  takeBack(hash);

  await expect(entering).rejects.toMatchObject({ code: "unauthenticated" });
  expect(desk.system.prepare("SELECT count(*) AS n FROM session").get()).toEqual({ n: 0 });
  await enter(newPassword);
});

test("a concurrent password change does not undo a reset", async () => {
  const hash = await hashPassword(newPassword);
  const change = { current: goodPassword, next: "the thief's long password" };
  const changing = changePassword(desk, ada.userId, change, ada.cookie);
  takeBack(hash);

  await expect(changing).rejects.toMatchObject({ code: "changed_meanwhile" });
  await enter(newPassword);
});

test("a reset is committed together with its audit entry and the notice to the owner, or not at all", async () => {
  const link = newPasswordLink(desk.system, publicUrl, ada.userId, fixture.clock.now, RESET_MS);
  const token = new URL(link).searchParams.get("token") ?? "";
  const full = () => {
    throw new Error("database or disk is full");
  };
  const jobs = { ...desk.jobs, enqueue: full };
  await expect(resetPassword({ ...desk, jobs }, token, newPassword)).rejects.toThrow("full");

  await enter(goodPassword);
  await resetPassword(desk, token, newPassword);
  await enter(newPassword);
  const entries = "SELECT count(*) AS n FROM audit WHERE action = 'user.reset-password'";
  expect(desk.system.prepare(entries).get()).toEqual({ n: 1 });
});

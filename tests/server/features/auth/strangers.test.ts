import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  consumeSignInAttempts,
  mayMailReset,
} from "../../../../server/features/auth/attempt-limits.ts";
import { deviceCookie } from "../../../../server/features/auth/known-device.ts";
import { forcePassword } from "../../../../server/features/users/reset.service.ts";
import { createAuditLog } from "../../../../server/platform/audit/audit-log.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";

const MINUTE = 60_000;
const address = "ada@example.com";
let fixture: AccountsApp;
let ada: SignedUp;

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp(address);
});
afterEach(() => fixture.close());

const desk = () => {
  const { databases, keyRing, clock } = fixture;
  const now = () => clock.now;
  const { system } = databases;
  return {
    system,
    keyRing,
    audit: createAuditLog(system, now),
    jobs: createJobQueue(system, now),
    clock: now,
  };
};
const tried = () => ({ address, userId: ada.userId });
const deviceOfAda = () => deviceCookie(fixture.keyRing, ada.userId, true).split(";")[0] ?? "";

/** Whether an attempt is allowed. */
function isLetIn(ip: string, cookie: string | null = null): boolean {
  try {
    consumeSignInAttempts(desk(), tried(), { ip, cookie });
    return true;
  } catch {
    return false;
  }
}
const ipv4 = (n: number) => `198.51.${100 + Math.floor(n / 250)}.${n % 250}`;
const customer = (n: number) => `2001:db8:${n.toString(16)}::1`;
const guess = (n: number, ip: (n: number) => string) =>
  Array.from({ length: n }, (_, at) => isLetIn(ip(at))).filter(Boolean).length;
const mayMail = (ip: string, cookie: string | null = null) =>
  mayMailReset(desk(), tried(), { ip, cookie });
const jobsOf = (kind: string) =>
  fixture.databases.system.prepare("SELECT count(*) FROM job WHERE kind = ?").pluck().get(kind);

test("of 480 guesses from as many IPv4 networks fifty are tried, then one at growing intervals", () => {
  expect(guess(480, ipv4)).toBe(50);

  let letIn = 0;
  for (let minute = 0; minute < 50; minute += 1) {
    fixture.clock.now += MINUTE;
    letIn += guess(10, (at) => ipv4(500 + minute * 10 + at));
  }
  expect(letIn).toBeGreaterThan(0);
  expect(letIn).toBeLessThan(8);
});

test("the owner of an IPv6 /32 has twenty guesses an hour, and does not lock others out", () => {
  expect(guess(300, customer)).toBe(20);
  expect(isLetIn("192.0.2.1")).toBe(true);
});

test("a known browser and a network where the owner is signed in get through while strangers wait", async () => {
  fixture.databases.system
    .prepare("UPDATE session SET ip = '203.0.113.9' WHERE user_id = ?")
    .run(ada.userId);
  guess(100, ipv4);

  expect(isLetIn("203.0.113.77")).toBe(false);
  expect(isLetIn("203.0.113.9")).toBe(true);
  expect(isLetIn("203.0.113.77", deviceOfAda())).toBe(true);
  // A new password ends the wait.
  await forcePassword(fixture.databases.system, ada.userId, "a new and long password", 0);
  expect(isLetIn("203.0.113.77")).toBe(true);
});

test("guessing is reported once a day, in the audit log and by mail", () => {
  guess(200, ipv4);
  fixture.clock.now += 61 * MINUTE;
  guess(200, ipv4);

  const entries = fixture.databases.system
    .prepare("SELECT target, detail FROM audit WHERE action = 'session.guessing'")
    .all();
  expect(entries).toEqual([{ target: ada.userId, detail: '{"tries":50}' }]);
  expect(jobsOf("auth.guessing-notice")).toBe(1);
});

test("an account that does not exist is limited the same way, so that the two look alike", () => {
  const nobody = { address: "nobody@example.com", userId: undefined };
  let letIn = 0;
  for (let n = 0; n < 100; n += 1) {
    try {
      consumeSignInAttempts(desk(), nobody, { ip: ipv4(n), cookie: null });
      letIn += 1;
    } catch {
      // Refused, as for an account that exists.
    }
  }
  expect(letIn).toBe(50);
  expect(jobsOf("auth.guessing-notice")).toBe(1);
});

test("a stranger who requests links blocks neither another network nor a known browser", () => {
  for (let n = 0; n < 20; n += 1) {
    mayMail("198.51.100.7");
  }
  expect(mayMail("192.0.2.1")).toBe(true);

  const sent = Array.from({ length: 200 }, (_, n) => mayMail(ipv4(n))).filter(Boolean);
  expect(sent.length).toBeLessThanOrEqual(21);
  expect(mayMail("192.0.2.2")).toBe(false);
  expect(mayMail("192.0.2.2", deviceOfAda())).toBe(true);
  // One link every ten minutes remains possible, whoever asks, so that the owner always has a working one.
  fixture.clock.now += 10 * MINUTE;
  expect(mayMail("192.0.2.3")).toBe(true);
  expect(mayMail("192.0.2.4")).toBe(false);
});

test("a /32 of IPv6 gets ten links an hour and then one in ten minutes", () => {
  const sent = Array.from({ length: 100 }, (_, n) => mayMail(customer(n))).filter(Boolean);
  expect(sent).toHaveLength(11);
  expect(mayMail("192.0.2.1")).toBe(true);
});

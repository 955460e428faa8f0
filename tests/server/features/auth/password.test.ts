import { afterEach, beforeEach, expect, test } from "bun:test";
import { readConfig } from "../../../../server/config.ts";
import { registerAuthJobs } from "../../../../server/features/auth/auth.jobs.ts";
import { forgetAskedMail } from "../../../../server/features/contact-mail/mail-cap.service.ts";
import { systemMailRoute } from "../../../../server/features/setup/system-mail.service.ts";
import { passwordFault } from "../../../../server/features/users/password.rules.ts";
import { isEasyToGuess } from "../../../../server/features/users/password-strength.ts";
import { createMailer } from "../../../../server/platform/mail.ts";
import { Scheduler } from "../../../../server/platform/scheduler/scheduler.ts";
import {
  type AccountsApp,
  cookieOf,
  goodPassword,
  mailBy,
  newAccountsApp,
  publicUrl,
  type SignedUp,
} from "../../../support/accounts.ts";
import { type SmtpSink, startSmtpSink } from "../../../support/smtp-sink.ts";

const HOUR = 3_600_000;
const next = "another long password";
let fixture: AccountsApp;
let ada: SignedUp;
let sink: SmtpSink;
let scheduler: Scheduler;

beforeEach(async () => {
  fixture = newAccountsApp();
  sink = await startSmtpSink();
  ada = await fixture.signUp("ada@example.com");
  const { system } = fixture.databases;
  const clock = () => fixture.clock.now;
  scheduler = new Scheduler({ system, clock, owner: "test" });
  const config = readConfig({ PUBLIC_URL: publicUrl });
  const mail = createMailer(() => systemMailRoute(fixture.databases.system, fixture.keyRing, 0));
  registerAuthJobs(scheduler, { config, system, clock, mail, forget: forgetAskedMail });
});
afterEach(async () => {
  fixture.close();
  await sink.close();
});

const mailBySink = () => mailBy(fixture, sink.port);

const forgot = (email: string) => fixture.call(null, "POST", "/auth/forgot", { email });
const reset = (token: string, password = next) =>
  fixture.call(null, "POST", "/auth/reset", { token, password });
const signIn = (password: string) =>
  fixture.call(null, "POST", "/auth/sign-in", { email: "ada@example.com", password });

async function mailedToken(): Promise<string> {
  await forgot("ada@example.com");
  await scheduler.runDue();
  const text = String(sink.messages.at(-1)?.raw)
    .replace(/=\r?\n/g, "")
    .replace(/=3D/g, "=");
  return /token=([\w-]+)/.exec(text)?.[1] ?? "no token was mailed";
}

test("a mailed link sets a new password once, ends every session and resets the rate limit", async () => {
  mailBySink();
  const token = await mailedToken();
  for (let i = 0; i < 11; i++) {
    await signIn("wrong");
  }

  expect(sink.messages[0]?.to).toEqual(["ada@example.com"]);
  expect((await reset(token)).status).toBe(200);
  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(401);
  expect((await signIn(next)).status).toBe(200);
  expect((await signIn(goodPassword)).status).toBe(401);

  const again = await reset(token, "yet another password");
  expect(again.status).toBe(422);
  expect(await again.json()).toMatchObject({ fields: [{ field: "token" }] });
});

test("a link expires after an hour, or when another link was used first", async () => {
  mailBySink();
  const first = await mailedToken();
  const second = await mailedToken();

  expect((await reset(second)).status).toBe(200);
  expect((await reset(first)).status).toBe(422);

  const late = await mailedToken();
  fixture.clock.now += HOUR;
  expect((await reset(late)).status).toBe(422);
});

test("of two concurrent requests with the same link, one sets the password", async () => {
  mailBySink();
  const token = await mailedToken();

  const answers = await Promise.all([reset(token, "first long password"), reset(token, next)]);

  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
});

test("requesting a link does not reveal whether an account exists, and mails only existing ones", async () => {
  mailBySink();
  const known = await forgot("ada@example.com");
  const unknown = await forgot("nobody@example.com");
  await scheduler.runDue();

  expect(known.status).toBe(200);
  expect(await known.text()).toBe(await unknown.text());
  expect(sink.messages).toHaveLength(1);
  const payloads = fixture.databases.system.prepare("SELECT payload FROM job").pluck().all();
  expect(JSON.stringify(payloads)).not.toContain("example.com");
});

test("a network gets at most five links an hour for an account, and the answer does not show it", async () => {
  mailBySink();
  for (let i = 0; i < 8; i++) {
    expect((await forgot("ada@example.com")).status).toBe(200);
  }
  await scheduler.runDue();

  expect(sink.messages).toHaveLength(5);
});

test("the token in the mail is not in the database", async () => {
  mailBySink();
  const token = await mailedToken();
  const rows = fixture.databases.system.prepare("SELECT * FROM password_reset").all();

  expect(token.length).toBeGreaterThan(40);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test("without a route for system mail the request becomes a dead letter with the reason", async () => {
  await forgot("ada@example.com");
  await scheduler.runDue();

  expect(scheduler.queue.list({ state: "dead", limit: 5 })).toMatchObject([
    { kind: "auth.reset-mail", lastError: "account emails are not set up" },
  ]);
});

test("changing the password requires the old one and ends all other sessions", async () => {
  const other = cookieOf(await signIn(goodPassword));
  const change = (current: string, password: string) =>
    fixture.call(ada.cookie, "POST", "/auth/password", { current, next: password });

  const wrong = await change("not it", next);
  const easy = await change(goodPassword, "short");
  const right = await change(goodPassword, next);

  expect(wrong.status).toBe(422);
  expect(await wrong.json()).toMatchObject({ fields: [{ field: "current" }] });
  expect(await easy.json()).toMatchObject({ fields: [{ field: "next" }] });
  expect(right.status).toBe(200);
  expect((await fixture.call(other, "GET", "/auth/me")).status).toBe(401);
  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(200);
});

test("passwords that are too short, too simple or the address itself are refused with advice", () => {
  const fault = (password: string) => passwordFault(password, "ada@example.com")?.text;

  expect(fault("elevenchars")).toBe("it has 11 characters; at least 12 are required");
  expect(fault("aaaaaaaaaaaaaaaa")).toBe("it repeats the same few characters");
  expect(fault("Ada@Example.com")).toBe("it is your email address");
  expect(fault("x".repeat(257))).toBe("it is longer than 256 characters");
  expect(fault("päßwörter mit 🐎")).toBeUndefined();
});

test("a password that guessing programs try early is refused in any variation", async () => {
  const easy = [
    "passwordpassword",
    "Passw0rd12345",
    "qwertyuiop123",
    "letmein12345",
    "1q2w3e4r5t6y",
  ];
  for (const password of [...easy, "trustno1trustno1"]) {
    expect([password, await isEasyToGuess(password, [])]).toEqual([password, true]);
  }
  for (const password of [goodPassword, "Xk9!fj2#Lq8z", "päßwörter mit 🐎", next]) {
    expect([password, await isEasyToGuess(password, [])]).toEqual([password, false]);
  }
  expect(await isEasyToGuess("lovelace12345", ["lovelace"])).toBe(true);

  const change = { current: goodPassword, next: "Passw0rd12345" };
  const refused = await fixture.call(ada.cookie, "POST", "/auth/password", change);
  expect(await refused.json()).toMatchObject({ status: 422, fields: [{ field: "next" }] });
}, 20_000);

test("the owner is notified of a changed password, however it was changed", async () => {
  mailBySink();
  const subjects = () =>
    sink.messages.map(({ raw }) => /^Subject: (.*)$/m.exec(String(raw))?.[1]?.trim());

  await fixture.call(ada.cookie, "POST", "/auth/password", { current: goodPassword, next });
  await scheduler.runDue();
  expect(subjects()).toEqual(["Your password was changed"]);

  await reset(await mailedToken(), "yet another password");
  await scheduler.runDue();
  expect(subjects().at(-1)).toBe("Your password was changed");
  expect(String(sink.messages.at(-1)?.raw)).not.toContain("yet another");
});

test("the notice of a changed password does not wait behind hanging work of workspaces", async () => {
  mailBySink();
  const { promise: stuck, resolve } = Promise.withResolvers<void>();
  for (const kind of ["a.hangs", "b.hangs"]) {
    scheduler.handle(kind, () => stuck);
    for (let n = 0; n < 6; n++) {
      scheduler.queue.enqueue(kind, `workspace ${kind} ${n}`, {});
    }
  }
  scheduler.start();
  await until(() =>
    scheduler.queue.counts().some(({ state, n }) => state === "running" && n === 8),
  );
  const change = { current: goodPassword, next };
  expect((await fixture.call(ada.cookie, "POST", "/auth/password", change)).status).toBe(200);

  await until(() => sink.messages.length === 1);
  resolve();
  await scheduler.stop(1_000);
}, 20_000);

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 8_000;
  while (!holds()) {
    if (Date.now() > end) {
      throw new Error("it did not happen within 8 seconds");
    }
    await Bun.sleep(10);
  }
}

import { afterEach, beforeEach, expect, test } from "bun:test";
import { checkRoute } from "../../../../server/delivery/index.ts";
import { newSetupToken } from "../../../../server/features/setup/setup.service.ts";
import {
  proposedFrom,
  readSystemMail,
} from "../../../../server/features/setup/system-mail.service.ts";
import { type Inbound, startInbound } from "../../../../server/inbound/index.ts";
import {
  type AccountsApp,
  cookieOf,
  goodPassword,
  newAccountsApp,
  publicUrl,
} from "../../../support/accounts.ts";
import { freePort } from "../../../support/free-port.ts";
import { startSmtpSink } from "../../../support/smtp-sink.ts";

let fixture: AccountsApp;
let inbound: Inbound;
let cookie = "";

const administrator = { email: "ada@example.com", name: "Ada", password: goodPassword };
const workspace = { name: "News", timeZone: "Europe/Berlin", postalAddress: "1 Street, Berlin" };
const sender = { name: "Ada's shop", email: "news@shop.example" };

beforeEach(async () => {
  const dns = {
    txt: async () => ({ kind: "none" as const }),
    cname: async () => ({ kind: "none" as const }),
  };
  const port = await freePort();
  fixture = newAccountsApp({
    setUp: false,
    outside: {
      dns: dns as never,
      checkRoute: (route) => checkRoute(route),
      inbound: {
        port,
        clear: () => inbound.clear(""),
      },
    },
  });
  inbound = await startInbound({
    dataDir: fixture.dataDir,
    masterKeyFile: undefined,
    port,
    recordFact: async () => undefined,
  });
});
afterEach(async () => {
  await inbound.stop();
  fixture.close();
});

const post = (step: string, body: unknown = {}, as = cookie) =>
  fixture.call(as, "POST", `/setup/${step}`, body);
const state = async (as = cookie) =>
  (await (await fixture.call(as, "GET", "/setup")).json()) as {
    done: boolean;
    unlocked: boolean;
    step: string;
    answers: Record<string, Record<string, unknown>>;
  };

async function unlock(): Promise<void> {
  const token = newSetupToken(fixture.databases.system, fixture.clock.now);
  cookie = cookieOf(await post("unlock", { token }, ""));
}

/** Answers the steps before `until`. */
async function answerUntil(until: string): Promise<void> {
  const steps: [string, unknown][] = [
    ["administrator", administrator],
    ["organization", { name: "Ada's agency" }],
    ["workspace", workspace],
    ["public-url", { url: publicUrl }],
    ["route", { kind: "test_inbox" }],
    ["sender", sender],
    ["test-message", {}],
  ];
  for (const [step, body] of steps) {
    if (step === until) {
      return;
    }
    const response = await post(step, body);
    expect([step, response.status, response.ok ? "" : await response.text()]).toEqual([
      step,
      200,
      "",
    ]);
  }
}

test("the whole setup, ending with a test message that arrives in the test inbox", async () => {
  await unlock();
  await answerUntil("test-message");
  const sent = (await (await post("test-message")).json()) as { inboxId: number; reply: string };
  const dns = (await (await fixture.call(cookie, "GET", "/setup/dns")).json()) as {
    domain: string;
    note: string;
  };
  const finished = await post("finish");
  const session = cookieOf(finished);
  const { workspaceId } = (await finished.json()) as { workspaceId: string };

  expect(sent.inboxId).toBe(1);
  expect(sent.reply).toStartWith("250");
  expect(dns).toMatchObject({ domain: null });
  expect(dns.note).toContain("reserved");
  expect(dns).toMatchObject({
    noteCause: { code: "domain_for_tests", params: { name: "shop.example" } },
  });
  const me = (await (await fixture.call(session, "GET", "/auth/me")).json()) as Me;
  expect(me.user).toMatchObject({ email: "ada@example.com", isAdmin: true });
  expect(me.workspaces).toMatchObject([{ id: workspaceId, role: "owner", name: "News" }]);
  const mail = await fixture.call(session, "GET", `/instance/inbox/${sent.inboxId}`);
  expect(await mail.json()).toMatchObject({
    subject: "Your SwiftMail can send",
    from: "noreply@example.com",
  });
  const own = await fixture.call(session, "GET", `/workspaces/${workspaceId}/inbox`);
  expect(await own.json()).toMatchObject({ items: [] });
}, 20_000);

test("it cannot run twice: every step answers 409 and a new start prints no token", async () => {
  await unlock();
  await answerUntil("finish");
  await post("finish");

  for (const step of ["administrator", "finish", "unlock", "route/check", "test-message"]) {
    const bodies: Record<string, unknown> = {
      administrator: { ...administrator, email: "mallory@example.com" },
      unlock: { token: "x" },
      "route/check": { kind: "test_inbox" },
    };
    const response = await post(step, bodies[step]);
    expect([step, response.status]).toEqual([step, 409]);
    expect(await response.json()).toMatchObject({ code: "setup_done" });
  }
  expect(newSetupToken(fixture.databases.system, 0)).toBeUndefined();
  expect(await state()).toMatchObject({ done: true, answers: {} });
  expect(fixture.databases.system.prepare("SELECT count(*) FROM user").pluck().get()).toBe(1);
}, 20_000);

test("nobody can answer without the token, a wrong one is refused, and its clear text is not stored", async () => {
  const token = newSetupToken(fixture.databases.system, 0) ?? "";
  const wrong = await post("unlock", { token: `${token.slice(0, -1)}_` }, "");

  expect(wrong.status).toBe(401);
  expect(wrong.headers.get("set-cookie")).toBeNull();
  expect((await post("administrator", administrator, "")).status).toBe(401);
  const forged = "swiftmail_setup=AAAA";
  expect((await post("administrator", administrator, forged)).status).toBe(401);
  const settings = fixture.databases.system.prepare("SELECT value FROM setting").pluck().all();
  expect(JSON.stringify(settings)).not.toContain(token);
});

test("a foreign page cannot answer through an unlocked browser", async () => {
  await unlock();
  const headers = { origin: "https://evil.example" };

  const response = await fixture.call(
    cookie,
    "POST",
    "/setup/administrator",
    administrator,
    headers,
  );

  expect(response.status).toBe(403);
});

test("answers survive a restart and are shown only to the browser that unlocked, without passwords", async () => {
  await unlock();
  await answerUntil("public-url");
  newSetupToken(fixture.databases.system, fixture.clock.now);

  const mine = await state();
  expect(mine).toMatchObject({
    done: false,
    unlocked: true,
    step: "route",
    answers: { administrator: { email: "ada@example.com", name: "Ada" }, workspace },
  });
  expect(JSON.stringify(mine)).not.toContain(goodPassword);
  expect((await state("")).answers).toEqual({});
});

test("a step requires the earlier ones, and names them", async () => {
  await unlock();
  const response = await post("workspace", workspace);

  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({
    code: "illegal_state",
    detail: 'Complete the step "administrator" first.',
  });
  expect((await post("finish")).status).toBe(409);
});

test("going back changes earlier answers instead of adding new ones", async () => {
  await unlock();
  await answerUntil("route");
  await post("administrator", { ...administrator, email: "ada@new.example", name: "Ada L." });
  await post("organization", { name: "Renamed" });
  await post("workspace", { ...workspace, name: "Other news" });

  const { answers } = await state();
  expect(answers["administrator"]).toEqual({ email: "ada@new.example", name: "Ada L." });
  expect(answers["organization"]).toEqual({ name: "Renamed" });
  expect(answers["workspace"]).toMatchObject({ name: "Other news" });
  for (const table of ["user", "organization", "workspace"]) {
    expect(fixture.databases.system.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(1);
  }
});

test("of two concurrent administrators, one is created", async () => {
  await unlock();

  const answers = await Promise.all([
    post("administrator", administrator),
    post("administrator", { ...administrator, email: "eve@example.com" }),
  ]);

  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(fixture.databases.system.prepare("SELECT count(*) FROM user").pluck().get()).toBe(1);
});

test("bad answers are refused by field", async () => {
  await unlock();
  const easy = await post("administrator", { ...administrator, password: "short" });
  await answerUntil("workspace");
  const zone = await post("workspace", { ...workspace, timeZone: "Nowhere" });
  await post("workspace", workspace);
  const path = await post("public-url", { url: "https://mail.example.net/mail" });
  const other = await post("public-url", { url: "https://other.example" });

  expect(await easy.json()).toMatchObject({ fields: [{ field: "password" }] });
  expect(await zone.json()).toMatchObject({ fields: [{ field: "timeZone" }] });
  expect(await path.json()).toMatchObject({ fields: [{ field: "url" }] });
  expect(await other.json()).toMatchObject({ fields: [{ field: "url" }] });
});

test("a relay that does not answer is refused with the failed step, and nothing is stored", async () => {
  await unlock();
  await answerUntil("route");
  const relay = { kind: "relay", host: "127.0.0.1", port: await freePort(), security: "none" };

  const checked = await post("route/check", relay);
  const kept = await post("route", relay);

  expect(await checked.json()).toMatchObject({ ok: false });
  expect(kept.status).toBe(502);
  expect(await kept.json()).toMatchObject({ code: "unreachable" });
  expect((await state()).step).toBe("route");
});

test("a relay is checked including sign-in, its password is encrypted, and it sends the test message", async () => {
  const login = { username: "shop", password: "relay-s3cret" };
  const sink = await startSmtpSink({ login });
  await unlock();
  await answerUntil("route");
  const address = { host: "127.0.0.1", port: sink.port, security: "none" };
  const relay = { kind: "relay", ...address, ...login, allowPrivateRelays: true };

  const wrong = await post("route", { ...relay, password: "not it" });
  expect(wrong.status).toBe(502);
  expect(((await wrong.json()) as { detail: string }).detail).toContain("auth");
  expect((await post("route", relay)).status).toBe(200);
  expect((await post("sender", sender)).status).toBe(200);
  const sent = await post("test-message", { to: "someone@example.org" });

  expect(await sent.json()).toMatchObject({ inboxId: null, to: "someone@example.org" });
  expect(sink.messages).toMatchObject([{ to: ["someone@example.org"], user: "shop" }]);
  const seen = JSON.stringify(await state());
  expect(seen).toContain('"hasPassword":true');
  expect(seen).not.toContain("relay-s3cret");
  await sink.close();
}, 20_000);

test("the instance's mail comes from the organization or the named sender, never from the first client", async () => {
  await unlock();
  await answerUntil("sender");
  expect((await state()).answers["systemFrom"]).toEqual({
    name: "Ada's agency",
    email: "noreply@example.com",
  });
  const wrong = await post("sender", { ...sender, systemEmail: "not an address" });
  expect(await wrong.json()).toMatchObject({ fields: [{ field: "systemEmail" }] });
  const named = { systemName: "Agency desk", systemEmail: "desk@agency.example" };
  expect((await post("sender", { ...sender, ...named })).status).toBe(200);

  // Neither another client's sender nor the test message changes it later.
  await post("sender", { ...sender, name: "Other shop" });
  await post("test-message");

  expect((await state()).answers["systemFrom"]).toEqual({
    name: "Agency desk",
    email: "desk@agency.example",
  });
  const { fromName, fromEmail } = readSystemMail(fixture.databases.system) ?? {};
  expect({ fromName, fromEmail }).toEqual({
    fromName: "Agency desk",
    fromEmail: "desk@agency.example",
  });
}, 20_000);

test.each([
  ["ada@agency.example", "https://mail.other.example", "noreply@agency.example"],
  ["ada@gmail.com", "https://mail.agency.example", "noreply@mail.agency.example"],
  ["ada@gmail.com", "http://localhost:8080", "ada@gmail.com"],
  ["ada@gmail.com", "http://192.0.2.7:8080", "ada@gmail.com"],
  ["ada@gmail.com", "http://[2001:db8::7]:8080", "ada@gmail.com"],
])(
  "with the administrator %s at %s the proposed sender is %s",
  (administrator, publicUrl, fromEmail) => {
    expect(proposedFrom({ organization: " Agency ", administrator, publicUrl })).toEqual({
      fromName: "Agency",
      fromEmail,
    });
  },
);

test("choosing another sending method requires the test message again", async () => {
  await unlock();
  await answerUntil("finish");
  await post("route", { kind: "test_inbox" });

  expect((await state()).step).toBe("test-message");
  expect((await post("finish")).status).toBe(409);
}, 20_000);

test("until the setup is finished every guarded route says that it is required", async () => {
  for (const path of ["/auth/me", "/workspaces", "/organizations", "/instance/audit/verify"]) {
    const response = await fixture.call(cookie, "GET", path);
    expect([path, response.status]).toEqual([path, 503]);
    expect(await response.json()).toMatchObject({ code: "setup_required" });
  }
});

type Me = { user: object; workspaces: object[] };

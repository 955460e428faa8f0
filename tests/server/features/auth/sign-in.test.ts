import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { deviceCookie } from "../../../../server/features/auth/known-device.ts";
import { createSessions } from "../../../../server/features/users/sessions.service.ts";
import { accountKey } from "../../../../server/features/users/throttle.service.ts";
import {
  type AccountsApp,
  cookieOf,
  goodPassword,
  newAccountsApp,
  publicUrl,
  type SignedUp,
} from "../../../support/accounts.ts";

const DAY = 86_400_000;
let fixture: AccountsApp;
let ada: SignedUp;

beforeEach(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
});
afterEach(() => fixture.close());

const signIn = (email: string, password: string, headers = {}) =>
  fixture.call(null, "POST", "/auth/sign-in", { email, password }, headers);

test("signing in returns the person and sets a cookie that scripts and plain http cannot read", async () => {
  const response = await signIn("ADA@example.com", goodPassword);

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    user: { id: ada.userId, email: "ada@example.com", name: "ada", locale: "", isAdmin: false },
  });
  const cookie = response.headers.get("set-cookie") ?? "";
  expect(cookie).toContain("HttpOnly");
  expect(cookie).toContain("SameSite=Lax");
  expect(cookie).toContain("Secure");
  expect(cookie).toContain("Path=/");
});

test("the database never stores the cookie's value, only its SHA-256", async () => {
  const id = ada.cookie.split("=")[1] ?? "";
  const rows = fixture.databases.system.prepare("SELECT * FROM session").all() as {
    id_hash: string;
  }[];

  expect(rows.map(({ id_hash }) => id_hash)).toEqual([
    createHash("sha256").update(id).digest("hex"),
  ]);
  expect(JSON.stringify(rows)).not.toContain(id);
});

test("the value in the database does not open a session", async () => {
  const row = fixture.databases.system.prepare("SELECT id_hash FROM session").get() as {
    id_hash: string;
  };

  const response = await fixture.call(`swiftmail_session=${row.id_hash}`, "GET", "/auth/me");

  expect(response.status).toBe(401);
});

test("a wrong password, an unknown address and no address at all get the same answer", async () => {
  const answers = await Promise.all([
    signIn("ada@example.com", "not her password"),
    signIn("nobody@example.com", "not her password"),
    signIn("no address", "not her password"),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(bodies).size).toBe(1);
});

test("an unknown address takes the same work as a known one", async () => {
  const time = async (email: string) => {
    const started = performance.now();
    await signIn(email, "not her password");
    return performance.now() - started;
  };
  await time("warm@example.com");
  const known = [await time("ada@example.com"), await time("ada@example.com")];
  const unknown = [await time("a@example.com"), await time("b@example.com")];

  expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 3);
});

test("after ten wrong attempts even the right password must wait, and the answer says how long", async () => {
  for (let i = 0; i < 10; i++) {
    await signIn("ada@example.com", "wrong");
  }

  const refused = await signIn("ada@example.com", goodPassword);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(890);

  fixture.clock.now += 15 * 60_000;
  expect((await signIn("ada@example.com", goodPassword)).status).toBe(200);
});

test("concurrent attempts are counted before they are checked", async () => {
  const tries = await Promise.all(
    Array.from({ length: 20 }, () => signIn("ada@example.com", "wrong")),
  );

  expect(tries.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(tries.filter(({ status }) => status === 429)).toHaveLength(10);
});

test("a network that tries many accounts is limited; correct sign-ins do not count", async () => {
  for (let i = 0; i < 60; i++) {
    expect((await signIn("ada@example.com", goodPassword)).status).toBe(200);
  }
  const tries: number[] = [];
  for (let i = 0; i < 51; i++) {
    tries.push((await signIn(`person${i}@example.com`, "wrong")).status);
  }

  expect(tries.indexOf(429)).toBe(50);
}, 20_000);

describe("an account whose password strangers guess", () => {
  let url = "";
  beforeEach(() => {
    fixture.app.listen({ port: 0 });
    url = `http://127.0.0.1:${fixture.app.server?.port}/api/v1/auth/sign-in`;
  });
  afterEach(async () => {
    await fixture.app.server?.stop(true);
  });

  /** An attempt from an address, through the proxy on this machine. */
  const tryFrom = (ip: string, password: string, cookie = "") =>
    fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        origin: publicUrl,
        "x-forwarded-for": ip,
        cookie,
      },
      body: JSON.stringify({ email: "ada@example.com", password }),
    });

  test("ten wrong passwords from elsewhere do not lock its owner out", async () => {
    for (let i = 0; i < 11; i++) {
      await tryFrom("198.51.100.7", "wrong");
    }

    expect((await tryFrom("198.51.100.7", goodPassword)).status).toBe(429);
    expect((await tryFrom("203.0.113.9", goodPassword)).status).toBe(200);
  });

  test("a browser in which the owner has signed in before is never locked out", async () => {
    const first = await tryFrom("203.0.113.9", goodPassword);
    const device = first.headers.getSetCookie().find((one) => one.startsWith("swiftmail_device="));
    const cookie = device?.split(";")[0] ?? "";
    const { system } = fixture.databases;
    system
      .prepare(
        "INSERT INTO sign_in_failure VALUES (?, 50, 9e15) ON CONFLICT DO UPDATE SET failures = 50",
      )
      .run(accountKey("sign-in", "ada@example.com"));

    expect((await tryFrom("203.0.113.77", goodPassword)).status).toBe(429);
    expect((await tryFrom("203.0.113.9", goodPassword, cookie)).status).toBe(200);
    expect((await tryFrom("203.0.113.78", goodPassword, `${cookie}x`)).status).toBe(429);
    for (let i = 0; i < 10; i++) {
      expect((await tryFrom("203.0.113.9", "wrong", cookie)).status).toBe(401);
    }
    expect((await tryFrom("203.0.113.9", goodPassword, cookie)).status).toBe(429);
  }, 60_000);

  test("one customer's IPv6 networks count as one against an account", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 11; i++) {
      statuses.push((await tryFrom(`2001:db8:7:${i}::1`, "wrong")).status);
    }

    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect((await tryFrom("2001:db8:7:ffff::1", goodPassword)).status).toBe(429);
    expect((await tryFrom("2001:db8:8::1", goodPassword)).status).toBe(200);
  });

  test("the cookie of one person's browser does not help another person, and opens no session", async () => {
    const bob = await fixture.signUp("bob@example.com");
    const device = deviceCookie(fixture.keyRing, bob.userId, true).split(";")[0] ?? "";
    for (let i = 0; i < 11; i++) {
      await tryFrom("198.51.100.7", "wrong", device);
    }

    expect((await tryFrom("198.51.100.7", goodPassword, device)).status).toBe(429);
    expect((await fixture.call(device, "GET", "/auth/me")).status).toBe(401);
  });

  test("a refused attempt is in the audit log with its network, without the password or an unknown address", async () => {
    await tryFrom("198.51.100.7", "wrong");
    await fixture.call(null, "POST", "/auth/sign-in", {
      email: "x@example.com",
      password: "wrong",
    });

    const entries = fixture.databases.system
      .prepare("SELECT target, detail FROM audit WHERE action = 'session.refuse'")
      .all();
    expect(entries).toEqual([{ target: ada.userId, detail: '{"network":"198.51.100.7"}' }]);
  });
});

test("a foreign page can neither sign a browser in nor write with its cookie", async () => {
  const headers = { origin: "https://evil.example" };

  expect((await signIn("ada@example.com", goodPassword, headers)).status).toBe(403);
  const write = await fixture.call(ada.cookie, "PATCH", "/auth/me", { name: "Mallory" }, headers);
  expect(write.status).toBe(403);
  const silent = await fixture.app.handle(
    new Request("https://mail.example.net/api/v1/auth/sign-out-everywhere", {
      method: "POST",
      headers: { cookie: ada.cookie },
    }),
  );
  expect(silent.status).toBe(403);
  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(200);
});

test("signing out ends the session on the server, not only in the browser", async () => {
  const response = await fixture.call(ada.cookie, "POST", "/auth/sign-out");

  expect(response.status).toBe(200);
  expect(response.headers.get("set-cookie")).toContain("Max-Age=0");
  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(401);
});

test("signing out everywhere ends all sessions of that person only", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const second = cookieOf(await signIn("ada@example.com", goodPassword));

  await fixture.call(ada.cookie, "POST", "/auth/sign-out-everywhere");

  expect((await fixture.call(second, "GET", "/auth/me")).status).toBe(401);
  expect((await fixture.call(bob.cookie, "GET", "/auth/me")).status).toBe(200);
});

test("a person can list their sessions and end single ones, and not those of others", async () => {
  const bob = await fixture.signUp("bob@example.com");
  const second = cookieOf(await signIn("ada@example.com", goodPassword));
  const list = (await (await fixture.call(second, "GET", "/auth/sessions")).json()) as {
    items: { id: string; current: boolean }[];
  };
  const other = list.items.find(({ current }) => !current)?.id ?? "";

  expect(list.items.filter(({ current }) => current)).toHaveLength(1);
  expect((await fixture.call(bob.cookie, "DELETE", `/auth/sessions/${other}`)).status).toBe(404);
  expect((await fixture.call(second, "DELETE", `/auth/sessions/${other}`)).status).toBe(200);
  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(401);
});

test("a disabled person is signed out at once and cannot come back", async () => {
  fixture.databases.system.prepare("UPDATE user SET disabled_at = 1 WHERE id = ?").run(ada.userId);

  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(401);
  expect((await signIn("ada@example.com", goodPassword)).status).toBe(401);
});

test("an expired session is invalid, and one past half of its time is extended by its whole time", async () => {
  const { system } = fixture.databases;
  const expiry = () =>
    (system.prepare("SELECT expires_at AS at FROM session").get() as { at: number } | null)?.at;
  system.prepare("UPDATE session SET expires_at = ?").run(Date.now() + 10 * DAY);

  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(200);
  expect(expiry()).toBeGreaterThan(Date.now() + 29 * DAY);

  system.prepare("UPDATE session SET expires_at = ?").run(Date.now() - 1);
  expect((await fixture.call(ada.cookie, "GET", "/auth/me")).status).toBe(401);
});

test("reading a session writes nothing where the database is a replica", async () => {
  const { system } = fixture.databases;
  const copy = createSessions(system, () => false);
  const soon = Date.now() + 10 * DAY;
  system.prepare("UPDATE session SET expires_at = ?").run(soon);

  expect((await copy.read(ada.cookie))?.userId).toBe(ada.userId);
  expect(system.prepare("SELECT expires_at FROM session").pluck().get()).toBe(soon);

  system.prepare("UPDATE session SET expires_at = 1").run();
  expect(await copy.read(ada.cookie)).toBeUndefined();
  expect(system.prepare("SELECT count(*) FROM session").pluck().get()).toBe(1);
});

test("before the setup nobody can sign in, and the answer says why", async () => {
  const fresh = newAccountsApp({ setUp: false });
  const credentials = { email: "ada@example.com", password: goodPassword };

  const response = await fresh.call(null, "POST", "/auth/sign-in", credentials);

  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "setup_required" });
  fresh.close();
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { clientAddresses } from "../../../../server/platform/http/client-address.ts";
import type { AccessPort } from "../../../../server/platform/http/guard.ts";
import { createGuard } from "../../../../server/platform/http/guard.ts";
import { problems } from "../../../../server/platform/http/problem.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";

let fixture: TestApp;
let now = 0;

beforeEach(() => {
  fixture = newTestApp();
  now = 1_000_000;
});
afterEach(() => fixture.close());

function limitedApp() {
  const access: AccessPort = {
    async authenticate(request) {
      const id = request.headers.get("x-user");
      return id === null ? undefined : { kind: "user", id, isAdmin: false, byCookie: false };
    },
    workspace: () => undefined,
    isSetUp: () => true,
    allowedOrigins: () => [],
  };
  const rates = {
    actor: { perSecond: 2, burst: 4 },
    address: { perSecond: 1, burst: 2 },
    bodyBytes: { perSecond: 1_000, burst: 1_000 },
  };
  const guard = createGuard(
    access,
    fixture.databases,
    clientAddresses(() => []),
    () => now,
    rates,
  );
  return new Elysia()
    .use(problems)
    .use(guard)
    .get("/api/thing", () => ({ ok: true }), { signedIn: true })
    .get("/api/file", () => new Response("bytes"), { signedIn: true })
    .get("/api/door", () => ({ ok: true }), { open: "for the test" })
    .get("/o/:token", () => ({ ok: true }), { open: "for the test" })
    .post("/api/thing", () => ({ ok: true }), {
      signedIn: true,
      body: t.Object({ a: t.String() }),
    });
}

test("a caller may send a burst, sees what is left, and is then told how long to wait", async () => {
  const app = limitedApp();
  const ask = () =>
    app.handle(new Request("http://localhost/api/thing", { headers: { "x-user": "ada" } }));
  const answers: Response[] = [];
  for (let i = 0; i < 5; i++) {
    answers.push(await ask());
  }

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429]);
  expect(answers[0]?.headers.get("ratelimit-limit")).toBe("4");
  expect(answers.map(({ headers }) => headers.get("ratelimit-remaining"))).toEqual([
    "3",
    "2",
    "1",
    "0",
    "0",
  ]);
  expect(answers[4]?.headers.get("retry-after")).toBe("1");
  expect(await answers[4]?.json()).toMatchObject({ code: "rate_limited", status: 429 });

  now += 1_000;
  expect([(await ask()).status, (await ask()).status, (await ask()).status]).toEqual([
    200, 200, 429,
  ]);
});

test("one caller's requests cost another nothing, and a clock that steps back changes nothing", async () => {
  const app = limitedApp();
  const ask = (user: string) =>
    app.handle(new Request("http://localhost/api/thing", { headers: { "x-user": user } }));
  for (let i = 0; i < 4; i++) {
    await ask("ada");
  }

  now -= 60_000;
  expect((await ask("ada")).status).toBe(429);
  expect((await ask("bob")).status).toBe(200);
  now += 5_000;
  expect((await ask("ada")).status).toBe(200);
});

test("a file download has the limit headers as well", async () => {
  const response = await limitedApp().handle(
    new Request("http://localhost/api/file", { headers: { "x-user": "ada" } }),
  );

  expect(response.headers.get("ratelimit-remaining")).toBe("3");
});

test("strangers are counted by address, on open routes and refused ones", async () => {
  const app = limitedApp();
  const ask = (path: string) => app.handle(new Request(`http://localhost${path}`));

  const statuses = [await ask("/api/thing"), await ask("/api/door"), await ask("/api/thing")];

  expect(statuses.map(({ status }) => status)).toEqual([401, 200, 429]);
});

test("links in mail are never limited by address, because proxies fetch them for thousands of people", async () => {
  const app = limitedApp();

  for (let i = 0; i < 20; i++) {
    const response = await app.handle(new Request("http://localhost/o/abc"));
    expect(response.status).toBe(200);
  }
});

test("a stranger is refused before the body is checked", async () => {
  const response = await limitedApp().handle(
    new Request("http://localhost/api/thing", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"wrong":true}',
    }),
  );

  expect(response.status).toBe(401);
});

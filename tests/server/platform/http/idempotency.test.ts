import { afterEach, beforeEach, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import type { Databases } from "../../../../server/platform/db/databases.ts";
import { AppError } from "../../../../server/platform/errors.ts";
import { clientAddresses } from "../../../../server/platform/http/client-address.ts";
import { type Actor, createGuard } from "../../../../server/platform/http/guard.ts";
import { problems } from "../../../../server/platform/http/problem.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";

let fixture: TestApp;
let made: number;
let now: number;
let gate: Promise<void> | undefined;
let fails: boolean;

beforeEach(() => {
  fixture = newTestApp();
  made = 0;
  now = 1_000_000_000;
  gate = undefined;
  fails = false;
});
afterEach(() => fixture.close());

function app(databases: Databases) {
  const guard = createGuard(
    {
      authenticate: async (request): Promise<Actor | undefined> => {
        const id = request.headers.get("x-user");
        return id === null ? undefined : { kind: "user", id, isAdmin: false, byCookie: false };
      },
      workspace: () => undefined,
      isSetUp: () => true,
      allowedOrigins: () => [],
    },
    databases,
    clientAddresses(() => []),
    () => now,
  );
  return new Elysia()
    .use(problems)
    .use(guard)
    .post(
      "/things",
      async ({ body }) => {
        await gate;
        if (fails) {
          throw new AppError("conflict", { text: "There is one already." });
        }
        made += 1;
        return { id: made, name: body.name };
      },
      { signedIn: true, idempotent: true, body: t.Object({ name: t.String() }) },
    );
}

const post = (key: string | undefined, name = "a", user: string | null = "ann") =>
  app(fixture.databases).handle(
    new Request("http://localhost/things", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(user === null ? {} : { "x-user": user }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify({ name }),
    }),
  );

test("the same key and body run once and get the same answer", async () => {
  const first = await post("k1");
  const second = await post("k1");

  expect(await first.json()).toEqual({ id: 1, name: "a" });
  expect(await second.json()).toEqual({ id: 1, name: "a" });
  expect(second.headers.get("idempotent-replayed")).toBe("true");
  expect(second.headers.get("content-type")).toStartWith("application/json");
  expect(made).toBe(1);
});

test("without a key, with another key and for another person it is a different request", async () => {
  await post(undefined);
  await post(undefined);
  await post("k1");
  await post("k2");
  await post("k1", "a", "bob");

  expect(made).toBe(5);
});

test("a key cannot be used for another body", async () => {
  await post("k1");

  const response = await post("k1", "b");

  expect(response.status).toBe(422);
  expect((await response.json()).fields[0].field).toBe("idempotency-key");
  expect(made).toBe(1);
});

test("while the first request runs the second is told to wait, and gets its answer afterwards", async () => {
  const running = Promise.withResolvers<void>();
  gate = running.promise;
  const first = post("k1");
  await Bun.sleep(5);

  const second = await post("k1");
  running.resolve();

  expect(second.status).toBe(409);
  expect(second.headers.get("retry-after")).toBe("1");
  expect((await first).status).toBe(200);
  expect(await (await post("k1")).json()).toEqual({ id: 1, name: "a" });
});

test("a failed request releases its key", async () => {
  fails = true;
  expect((await post("k1")).status).toBe(409);

  fails = false;
  // Released once the answer is on its way.
  await Bun.sleep(5);
  expect((await post("k1")).status).toBe(200);
  expect(made).toBe(1);
});

test("a key whose process died can be claimed again after a minute, not before", async () => {
  fixture.databases.system
    .prepare(
      `INSERT INTO idempotency_key (scope, key, request_hash, created_at)
       VALUES ('ann POST /things', 'k1', ?, ?)`,
    )
    .run(new Bun.CryptoHasher("sha256").update('{"name":"a"}').digest("hex"), now);

  expect((await post("k1")).status).toBe(409);
  now += 61_000;
  expect((await post("k1")).status).toBe(200);
});

test("keys are forgotten after a day", async () => {
  await post("k1");
  now += 86_400_001;
  await post("k2");

  expect(fixture.databases.system.prepare("SELECT key FROM idempotency_key").pluck().all()).toEqual(
    ["k2"],
  );
});

test("strangers learn nothing from a key", async () => {
  await post("k1");

  expect((await post("k1", "a", null)).status).toBe(401);
});

test.each(["", "a".repeat(201), "tab\there"])("refuses the key %p", async (key) => {
  expect((await post(key)).status).toBe(422);
  expect(made).toBe(0);
});

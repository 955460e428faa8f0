// Uses real sockets, because the length of an in-memory Request differs from what a client sends.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import {
  countValues,
  MAX_BODY_BYTES,
  MAX_OPEN_BODY_BYTES,
  textUpTo,
} from "../../../../server/platform/http/body-limit.ts";
import { type AccountsApp, newAccountsApp, publicUrl } from "../../../support/accounts.ts";

let fixture: AccountsApp;
let port = 0;
beforeAll(() => {
  fixture = newAccountsApp();
  fixture.app.listen({ port: 0, maxRequestBodySize: 64 * MAX_BODY_BYTES });
  port = fixture.app.server?.port ?? 0;
});
afterAll(async () => {
  await fixture.app.server?.stop(true);
  fixture.close();
});

/** Sends only the head of a request; resolves with the status line of the answer. */
function statusOf(path: string, ...fields: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write([`POST ${path} HTTP/1.1`, "Host: localhost", ...fields, "", ""].join("\r\n")),
    );
    socket.once("data", (data) => {
      resolve(data.toString("latin1").split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
    socket.setTimeout(500, () => {
      socket.destroy();
      resolve("waits for the body");
    });
  });
}

const json = "Content-Type: application/json";
const tooLong = `Content-Length: ${MAX_BODY_BYTES + 1}`;

test("a body that is too large is refused before it is read, on open and on guarded routes", async () => {
  expect(await statusOf("/api/v1/auth/sign-in", json, tooLong)).toContain(" 413 ");
  expect(await statusOf("/api/v1/workspaces/x/lists", json, tooLong)).toContain(" 413 ");
  expect(await statusOf("/u/some-token", tooLong)).toContain(" 413 ");
});

test("a stranger's body is refused above a small limit, and not read at all where sign-in is required", async () => {
  const large = `Content-Length: ${MAX_OPEN_BODY_BYTES + 1}`;

  expect(await statusOf("/api/v1/auth/sign-in", json, large)).toContain(" 413 ");
  expect(await statusOf("/api/v1/workspaces/x/lists", json, large)).toContain(" 401 ");
  expect(await statusOf("/api/v1/workspaces/x/dmarc/reports", large)).toContain(" 401 ");
  expect(await statusOf("/api/v1/hooks/ses/none", json, large)).toContain(" 404 ");
});

test("32 strangers who send 8 MB each are refused without buffering their bodies", async () => {
  const bodies = `Content-Length: ${MAX_BODY_BYTES}`;
  const before = process.memoryUsage().rss;

  const statuses = await Promise.all(
    Array.from({ length: 32 }, () => statusOf("/api/v1/auth/sign-in", json, bodies)),
  );

  expect(new Set(statuses)).toEqual(new Set(["HTTP/1.1 413 Payload Too Large"]));
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
});

test("a stranger's invalid JSON counts as an attempt, and is refused before it is parsed", async () => {
  const send = (path: string) =>
    fixture.app.handle(
      new Request(`${publicUrl}/api/v1${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{",
      }),
    );

  const guarded = await send("/workspaces/x/lists");
  expect([guarded.status, guarded.headers.get("ratelimit-limit")]).toEqual([401, "300"]);
  const open = await send("/auth/sign-in");
  expect(open.status).toBe(422);
  const statuses = await Promise.all(
    Array.from({ length: 320 }, async () => (await send("/auth/sign-in")).status),
  );
  expect(statuses).toContain(429);
});

test("a signed-in caller may send a number of bytes at once, and then waits", async () => {
  fixture.clock.now += 60_000;
  const ada = await fixture.signUp("ada@example.com");
  const send = () =>
    statusOf(
      `/api/v1/workspaces/${ada.workspaceId}/lists`,
      json,
      `Cookie: ${ada.cookie}`,
      `Origin: ${publicUrl}`,
      `Content-Length: ${7 * 1024 * 1024}`,
    );

  const statuses = [await send(), await send(), await send()];

  expect(statuses.slice(0, 2)).toEqual(["waits for the body", "waits for the body"]);
  expect(statuses[2]).toContain(" 429 ");
});

test("a body of millions of values is refused before its faults are listed", async () => {
  const ada = await fixture.signUp("many@example.com");
  const items = Array.from({ length: 1_500_000 }, () => 1);
  const path = `/workspaces/${ada.workspaceId}/contacts/batch`;

  const answer = await fixture.call(ada.cookie, "POST", path, { items });

  expect(await answer.json()).toMatchObject({ status: 413, code: "too_large" });
});

test("bodies with many values use up a caller's allowance faster than by their bytes", async () => {
  const ada = await fixture.signUp("valued@example.com");
  const path = `/workspaces/${ada.workspaceId}/contacts/batch`;
  const statuses: number[] = [];
  for (let n = 0; n < 6; n++) {
    const items = Array.from({ length: 90_000 }, () => 1);
    statuses.push((await fixture.call(ada.cookie, "POST", path, { items })).status);
  }

  expect(statuses).toEqual([422, 422, 422, 422, 429, 429]);
});

test("values are counted at any depth, and an ordinary large body is not affected", () => {
  const deep = { a: Array.from({ length: 400 }, () => ({ b: Array(300).fill({}) })) };
  const batch = {
    items: Array.from({ length: 1_000 }, () => ({ fields: { a: 1, b: "x".repeat(900) } })),
  };

  expect(() => countValues(deep)).toThrow("100,000 values");
  expect(countValues(batch)).toBe(4_002);
  expect(countValues("x".repeat(1_000_000))).toBe(1);
  expect(countValues(null)).toBe(1);
});

test("a body of unknown length is refused by the API", async () => {
  const chunked = "Transfer-Encoding: chunked";

  expect(await statusOf("/api/v1/auth/sign-in", json, chunked)).toContain(" 413 ");
  expect(await statusOf("/u/some-token", chunked)).toBe("waits for the body");
});

test("the upload path authenticates first, whatever the size", async () => {
  expect(
    await statusOf("/api/v1/workspaces/x/imports", "Content-Type: text/csv", tooLong),
  ).toContain(" 401 ");
});

test("no more of a body is read than requested", async () => {
  let given = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      given += 1_000;
      controller.enqueue(new Uint8Array(1_000).fill(97));
    },
  });
  const request = new Request("http://localhost/u/t", { method: "POST", body: endless });

  expect(await textUpTo(request, 2_500)).toBe("a".repeat(2_500));
  expect(given).toBeLessThan(10_000);
});

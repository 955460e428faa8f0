// Uses a real socket, because an in-memory Request cannot have an invalid Host.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";

let fixture: AccountsApp;
let ada: SignedUp;
let port = 0;
beforeAll(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  fixture.app.listen({ port: 0 });
  port = fixture.app.server?.port ?? 0;
});
afterAll(async () => {
  await fixture.app.server?.stop(true);
  fixture.close();
});

function statusWithHost(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET /api/v1/auth/me HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
    );
    socket.once("data", (data) => {
      resolve(data.toString("latin1").split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

test("an invalid Host is the client's error, never the server's", async () => {
  for (const host of ["a b<>", "[::1", "a:b:c", "%zz", "x:99999"]) {
    expect([host, await statusWithHost(host)]).toEqual([host, "HTTP/1.1 400 Bad Request"]);
  }
  expect(await statusWithHost("localhost")).toContain(" 401 ");
});

test("API answers are not cached, and browsers do not guess their type", async () => {
  const answers = [
    await fixture.call(ada.cookie, "GET", "/auth/me"),
    await fixture.call(ada.cookie, "GET", `/workspaces/${ada.workspaceId}/lists`),
    await fixture.call(null, "GET", "/auth/me"),
    await fixture.call(null, "GET", "/nothing"),
    await fixture.call(ada.cookie, "PATCH", "/auth/me", { name: 7 }),
  ];

  for (const { headers } of answers) {
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

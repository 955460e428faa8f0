import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { Elysia } from "elysia";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { problems } from "../../../../server/platform/http/problem.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";

let fixture: TestApp;
let locked: TestWorkspace;
let other: Connection;

beforeEach(() => {
  fixture = newTestApp();
  locked = fixture.newWorkspace();
  fixture.databases.workspace(locked.id).pragma("busy_timeout = 20");
  other = openConnection(join(fixture.dataDir, `t_${locked.id}.db`));
});
afterEach(() => {
  other.close();
  fixture.close();
});

const write = (workspace: TestWorkspace) =>
  fixture.call(
    { role: "admin", workspaceId: workspace.id },
    "POST",
    `/workspaces/${workspace.id}/tags`,
    { name: "VIP" },
  );
const read = (workspace: TestWorkspace) =>
  fixture.call(
    { role: "admin", workspaceId: workspace.id },
    "GET",
    `/workspaces/${workspace.id}/tags`,
  );

test("a write to a locked workspace waits its turn, and all other requests are answered meanwhile", async () => {
  const healthy = fixture.newWorkspace();
  other.exec("BEGIN IMMEDIATE");
  const order: string[] = [];
  const waiting = write(locked).then((response) => {
    order.push("locked");
    return response;
  });

  expect((await write(healthy)).status).toBe(200);
  order.push("healthy");
  expect((await read(locked)).status).toBe(200);
  order.push("read");
  other.exec("COMMIT");

  expect((await waiting).status).toBe(200);
  expect(order).toEqual(["healthy", "read", "locked"]);
});

test("a lock met during a request is a 503 with when to try again, not a server error", async () => {
  const app = new Elysia().use(problems).post("/", () => {
    other.exec("BEGIN IMMEDIATE");
    fixture.databases.workspace(locked.id).exec("DELETE FROM tag");
  });
  const response = await app.handle(new Request("http://localhost/", { method: "POST" }));
  other.exec("ROLLBACK");

  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  expect(await response.json()).toMatchObject({ code: "unavailable" });
});

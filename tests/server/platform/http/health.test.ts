import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { storeTrustedProxies } from "../../../../server/features/instance/instance.service.ts";
import { workspacePath } from "../../../../server/platform/db/workspace-files.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";

let fixture: TestApp;
let trouble: string | undefined;

beforeEach(() => {
  trouble = undefined;
  fixture = newTestApp(Date.now, {}, () => trouble);
});
afterEach(() => fixture.close());

const get = (path: string, headers = {}) =>
  fixture.app.handle(new Request(`http://localhost${path}`, { headers }));

test("/healthz answers while the process is alive", async () => {
  const response = await get("/healthz");

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ ok: true });
});

test("/readyz says which part is broken, and why", async () => {
  const well = await get("/readyz");
  trouble = "The journal cannot be written: no space left on device";
  const ill = await get("/readyz");

  expect(well.status).toBe(200);
  expect(await well.json()).toMatchObject({ ready: true });
  expect(ill.status).toBe(503);
  expect(await ill.json()).toMatchObject({
    ready: false,
    checks: [
      { name: "database", ok: true },
      { name: "journal", ok: false, message: trouble },
      {},
      { name: "workspaces", ok: true },
    ],
  });
});

test("a workspace set aside is reported without its name, and the instance stays ready", async () => {
  const { id } = fixture.newWorkspace();
  const { id: other } = fixture.newWorkspace();
  fixture.databases.closeWorkspace(id);
  writeFileSync(workspacePath(fixture.dataDir, id), "not a database");
  const refused = await fixture.call(
    { role: "owner", workspaceId: id },
    "GET",
    `/workspaces/${id}/tags`,
  );
  const served = await fixture.call(
    { role: "owner", workspaceId: other },
    "GET",
    `/workspaces/${other}/tags`,
  );

  const response = await get("/readyz");
  const metrics = await (await get("/metrics")).text();

  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("60");
  expect(await refused.json()).toMatchObject({ code: "workspace_unavailable" });
  expect(served.status).toBe(200);
  expect(response.status).toBe(200);
  const body = await response.text();
  expect(JSON.parse(body).checks).toContainEqual({
    name: "workspaces",
    ok: false,
    message: "1 set aside: not_a_database",
  });
  expect(body).not.toContain(id);
  expect(metrics).toContain('swiftmail_workspaces_set_aside{reason="not_a_database"} 1');
});

test("/readyz notices a database that cannot be written", async () => {
  fixture.databases.system.pragma("query_only = ON");

  const response = await get("/readyz");

  expect(response.status).toBe(503);
  expect(JSON.stringify(await response.json())).toContain("readonly");
});

test("/metrics counts requests by route pattern, never by the requested address", async () => {
  const { id } = fixture.newWorkspace();
  const as = { role: "owner", workspaceId: id } as const;
  await fixture.call(as, "GET", `/workspaces/${id}`);
  await fixture.call(null, "GET", `/workspaces/${id}`);
  await get("/api/v1/ada@example.com");
  const dir = join(fixture.dataDir, "local", "journal", "web");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "1.log"), "12345");
  await Bun.sleep(20);

  const text = await (await get("/metrics")).text();

  const count = (status: number) =>
    `swiftmail_http_request_seconds_count{method="GET",route="/api/v1/workspaces/:workspaceId",status="${status}"} 1`;
  expect(text).toContain(count(200));
  expect(text).toContain(count(401));
  expect(text).toContain('swiftmail_journal_bytes{stream="web"} 5');
  expect(text).toContain("swiftmail_open_workspaces 1");
  expect(text).toContain('swiftmail_jobs{state="dead"} 0');
  expect(text).not.toContain(id);
  expect(text).not.toContain("ada@");
});

test("/metrics is not available through an unnamed proxy, wherever it is", async () => {
  fixture.app.listen({ port: 0 });
  const url = `http://127.0.0.1:${fixture.app.server?.port}/metrics`;
  const statusFor = async (forwarded?: string) =>
    (await fetch(url, forwarded === undefined ? {} : { headers: { "x-forwarded-for": forwarded } }))
      .status;

  expect(await statusFor()).toBe(200);
  expect(await statusFor("10.0.0.9")).toBe(200);
  expect(await statusFor("203.0.113.9")).toBe(403);
  expect(await statusFor("nonsense")).toBe(403);
  const { system } = fixture.databases;
  storeTrustedProxies(system, [], 0);
  expect(await statusFor("10.0.0.9")).toBe(403);
  await fixture.app.server?.stop(true);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { openDatabases } from "../../../../server/platform/db/databases.ts";
import { clientAddresses } from "../../../../server/platform/http/client-address.ts";
import {
  type AccessPort,
  type Actor,
  createGuard,
} from "../../../../server/platform/http/guard.ts";
import { problems } from "../../../../server/platform/http/problem.ts";
import { newId } from "../../../../server/platform/ids.ts";
import { newTestApp, type TestApp } from "../../../support/app.ts";

let fixture: TestApp;
let own = "";
const foreign = newId();

beforeEach(() => {
  fixture = newTestApp();
  own = fixture.newWorkspace().id;
});
afterEach(() => fixture.close());

function appWith(overrides: Partial<AccessPort> & { actor?: Actor | undefined }) {
  const access: AccessPort = {
    authenticate: async () => overrides.actor,
    workspace: (_actor, id) =>
      id === own
        ? { id, number: 1, name: "Own", timeZone: "UTC", can: (p) => p === "contacts:read" }
        : undefined,
    isSetUp: () => true,
    allowedOrigins: () => ["https://mail.example"],
    ...overrides,
  };
  const guard = createGuard(
    access,
    openDatabases(fixture.dataDir),
    clientAddresses(() => []),
  );
  return new Elysia()
    .use(problems)
    .use(guard)
    .get("/w/:workspaceId/read", ({ workspace }) => workspace.name, { permission: "contacts:read" })
    .post("/w/:workspaceId/read", ({ workspace }) => workspace.name, {
      permission: "contacts:read",
    })
    .get("/w/:workspaceId/write", () => "never", { permission: "contacts:write" })
    .get("/console", () => "never", { instanceAdmin: true });
}

const user: Actor = { kind: "user", id: "u", isAdmin: false, byCookie: true };
const ask = (app: { handle(r: Request): Promise<Response> }, path: string, init?: RequestInit) =>
  app.handle(new Request(`http://localhost${path}`, init));

test("allows a member to read their workspace", async () => {
  const response = await ask(appWith({ actor: user }), `/w/${own}/read`);

  expect(response.status).toBe(200);
  expect(await response.text()).toBe("Own");
});

test("a workspace without membership looks like one that never existed", async () => {
  const response = await ask(appWith({ actor: user }), `/w/${foreign}/read`);

  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(await response.json()).toMatchObject({ code: "not_found", status: 404 });
});

test("refuses strangers, roles that are too weak, and people who are no administrators", async () => {
  expect((await ask(appWith({}), `/w/${own}/read`)).status).toBe(401);
  expect((await ask(appWith({ actor: user }), `/w/${own}/write`)).status).toBe(403);
  expect((await ask(appWith({ actor: user }), "/console")).status).toBe(403);
});

test("refuses everything until the setup is finished", async () => {
  const response = await ask(appWith({ actor: user, isSetUp: () => false }), `/w/${own}/read`);

  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "setup_required" });
});

test("a write by cookie requires the Origin of our own pages; one by API key does not", async () => {
  const path = `/w/${own}/read`;
  const byCookie = appWith({ actor: user });
  const byKey = appWith({ actor: { ...user, kind: "api_key", byCookie: false } });
  const post = (origin?: string): RequestInit => ({
    method: "POST",
    headers: origin === undefined ? {} : { origin },
  });

  expect((await ask(byCookie, path, post())).status).toBe(403);
  expect((await ask(byCookie, path, post("https://evil.example"))).status).toBe(403);
  expect((await ask(byCookie, path, post("https://mail.example"))).status).toBe(200);
  expect((await ask(byKey, path, post())).status).toBe(200);
});

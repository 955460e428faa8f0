// Tests every route, so that a new one is covered automatically.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia } from "elysia";
import { grantableScopes } from "../../server/features/api-keys/api-keys.service.ts";
import { auditActions } from "../../server/platform/audit/actions.ts";
import { clientAddresses } from "../../server/platform/http/client-address.ts";
import { createGuard } from "../../server/platform/http/guard.ts";
import { type Permission, permissions, roleHas } from "../../server/platform/http/permissions.ts";
import { newId } from "../../server/platform/ids.ts";
import {
  type AccountsApp,
  joinAs,
  newAccountsApp,
  publicUrl,
  type SignedUp,
} from "../support/accounts.ts";

/** Public routes. A new one must be added here with its reason. */
const publicRoutes = [
  // The pages contain no data; the API behind them does.
  "GET /",
  "GET /*",
  "HEAD /",
  "HEAD /*",
  // Monitoring has no account.
  "GET /healthz",
  "GET /readyz",
  "GET /metrics",
  "GET /openapi.json",
  // Recipients have no account; their token is authenticated.
  "GET /o/:token",
  "GET /api/v1/downloads/:token",
  "GET /c/:token",
  "HEAD /c/:token",
  "GET /v/:token",
  "GET /u/:token",
  "POST /u/:token",
  "GET /p/:token",
  "POST /p/:token",
  "GET /p/confirm/:token",
  "POST /p/confirm/:token",
  // Providers have no account; the URL is authenticated and the request proves its sender.
  "POST /api/v1/hooks/:provider/:token",
  // A form is for people without an account.
  "GET /f/form.js",
  "GET /f/:token",
  "POST /f/:token",
  "GET /f/:token/challenge",
  "GET /f/confirm/:token",
  "POST /f/confirm/:token",
  // Invited people may have no account yet; the mailed token is the proof.
  "POST /api/v1/invitations/read",
  "POST /api/v1/invitations/register",
  // Signing in and out.
  "POST /api/v1/auth/sign-in",
  "POST /api/v1/auth/sign-out",
  "POST /api/v1/auth/forgot",
  "POST /api/v1/auth/reset",
  // Data that providers publish themselves; the setup needs it before there is an account.
  "GET /api/v1/route-presets",
  // The setup: protected by the console's token, and closed permanently afterwards.
  "GET /api/v1/setup/",
  "GET /api/v1/setup/dns",
  "POST /api/v1/setup/unlock",
  "POST /api/v1/setup/administrator",
  "POST /api/v1/setup/organization",
  "POST /api/v1/setup/workspace",
  "POST /api/v1/setup/public-url",
  "POST /api/v1/setup/route",
  "POST /api/v1/setup/route/check",
  "POST /api/v1/setup/sender",
  "POST /api/v1/setup/test-message",
  "POST /api/v1/setup/finish",
];

/** Routes for any signed-in person whose path names an object: the answer for another person's object. */
const signedInByName: Record<string, { body: object; status: number }> = {
  "PATCH /api/v1/organizations/:organizationId": { body: { name: "Mine now" }, status: 404 },
  "DELETE /api/v1/auth/sessions/:id": { body: {}, status: 404 },
};

type Route = { method: string; path: string; access: string; audit: string; name: string };

const routesOf = (app: { routes: { method: string; path: string; hooks: unknown }[] }): Route[] =>
  app.routes.map(({ method, path, hooks }) => {
    const detail = (hooks as { detail?: Record<string, unknown> }).detail;
    const said = (key: string) => String(detail?.[key] ?? "");
    return {
      ...{ method, path, name: `${method} ${path}` },
      ...{ access: said("x-access"), audit: said("x-audit") },
    };
  });

const described = newAccountsApp();
const routes = routesOf(described.app);
described.close();

/** Routes that can change something and declare neither an audit entry nor a reason for having none. */
function withoutTrace(all: readonly Route[]): string[] {
  const says = (audit: string) =>
    auditActions.some((action) => action === audit) ||
    /^none: \S.{10,}/.test(audit) ||
    /^within: [a-z]/.test(audit);
  return all
    .filter(({ method, audit }) => /^(POST|PUT|PATCH|DELETE|ALL)$/.test(method) && !says(audit))
    .map(({ name }) => name);
}

const open = routes.filter(({ access }) => access.startsWith("open: "));
const guarded = routes.filter(({ access }) => !access.startsWith("open: "));
const byPermission = routes.flatMap((route) => {
  const permission = permissions.find((known) => route.access === `permission:${known}`);
  return permission === undefined ? [] : [{ ...route, permission }];
});
const forAdmins = routes.filter(({ access }) => access === "instance-admin");

/** The URL of a route with its parameters filled in, below /api/v1. */
function addressOf(path: string, workspaceId: string, userId = newId()): string {
  return path
    .replace("/api/v1", "")
    .replace(":workspaceId", workspaceId)
    .replace(":userId", userId)
    .replace(/:organizationId/, newId())
    .replace(/:\w+/g, "1");
}

let fixture: AccountsApp;
let ada: SignedUp;
let mallory: SignedUp;
let viewerCookie = "";
const keys = new Map<string, string>();

async function keyFor(scope: string): Promise<string> {
  const known = keys.get(scope);
  if (known !== undefined) {
    return known;
  }
  const body = { name: scope, scopes: [scope] };
  const made = await fixture.call(
    ada.cookie,
    "POST",
    `/workspaces/${ada.workspaceId}/api-keys`,
    body,
  );
  const { key } = (await made.json()) as { key: string };
  keys.set(scope, key);
  return key;
}

beforeAll(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@example.com");
  mallory = await fixture.signUp("mallory@example.com");
  viewerCookie = (await joinAs(fixture, ada, "viewer@example.com", "viewer")).cookie;
});
afterAll(() => fixture.close());

const bodyFor = (method: string) => (/^(GET|HEAD|DELETE)$/.test(method) ? undefined : {});

test("every route declares who may call it, and only those on the public list are open", () => {
  const rule = /^(permission:|signed-in$|instance-admin$|open: .{10,})/;

  expect(routes.length).toBeGreaterThan(80);
  expect(routes.filter(({ access }) => !rule.test(access)).map(({ name }) => name)).toEqual([]);
  expect(open.map(({ name }) => name).sort()).toEqual([...publicRoutes].sort());
});

test("every route that can change something declares its audit entry, or why it has none", () => {
  expect(routes.filter(({ audit }) => audit !== "").length).toBeGreaterThan(120);
  expect(withoutTrace(routes)).toEqual([]);
});

test("a change without an audit entry, or with an empty reason, is found", () => {
  const guard = createGuard(
    {
      authenticate: async () => undefined,
      workspace: () => undefined,
      isSetUp: () => true,
      allowedOrigins: () => [],
    },
    fixture.databases,
    clientAddresses(() => []),
  );
  const planted = new Elysia()
    .use(guard)
    .get("/read", () => "fine", { signedIn: true })
    .post("/counted", () => "fine", { signedIn: true, audit: { none: "it only counts" } })
    .patch("/entry", () => "fine", { signedIn: true, audit: "tag.rename" })
    .post("/silent", () => "wrong", { signedIn: true })
    .delete("/no-reason", () => "wrong", { signedIn: true, audit: { none: "" } })
    .put("/no-action", () => "wrong", { signedIn: true, audit: { within: [] } });

  expect(withoutTrace(routesOf(planted)).sort()).toEqual([
    "DELETE /no-reason",
    "POST /silent",
    "PUT /no-action",
  ]);
});

test("a route that asks for a permission is below a workspace, and the reverse", () => {
  const below = guarded.filter(({ path }) => path.includes("/:workspaceId"));

  expect(byPermission.length).toBeGreaterThan(50);
  expect(byPermission.map(({ name }) => name).sort()).toEqual(below.map(({ name }) => name).sort());
});

describe("without signing in", () => {
  test.each(guarded.map(({ name }) => name))("%s answers 401", async (name) => {
    const { method, path } = routes.find((route) => route.name === name) ?? {
      method: "",
      path: "",
    };
    const address = addressOf(path, ada.workspaceId);

    const response = await fixture.call(null, method, address, bodyFor(method));

    expect(response.status).toBe(401);
  });
});

test("HEAD, which the HTTP server makes of every GET, is guarded like it", async () => {
  fixture.app.listen({ port: 0, hostname: "127.0.0.1" });
  const reads = guarded.filter(({ method }) => method === "GET");
  const letIn: string[] = [];
  for (const { path, name } of reads) {
    const address = `/api/v1${addressOf(path, ada.workspaceId)}`;
    const url = `http://127.0.0.1:${fixture.app.server?.port}${address}`;
    const { status } = await fetch(url, { method: "HEAD" });
    if (status !== 401) {
      letIn.push(`${name}: ${status}`);
    }
  }
  await fixture.app.server?.stop(true);

  expect(reads.length).toBeGreaterThan(40);
  expect(letIn).toEqual([]);
});

describe("an owner of another workspace", () => {
  test.each(byPermission.map(({ name }) => name))(
    "%s reveals nothing, not even that it exists",
    async (name) => {
      const route = routes.find((each) => each.name === name) ?? { method: "", path: "" };
      const ask = (workspaceId: string) =>
        fixture.call(
          mallory.cookie,
          route.method,
          addressOf(route.path, workspaceId, ada.userId),
          bodyFor(route.method),
        );

      const foreign = await ask(ada.workspaceId);
      const missing = await ask(newId());

      expect([foreign.status, missing.status]).toEqual([404, 404]);
      expect(await foreign.text()).toBe(await missing.text());
    },
  );
});

describe("a viewer", () => {
  const beyond = byPermission.filter(({ permission }) => !roleHas("viewer", permission));

  test.each(beyond.map(({ name }) => name))("%s answers 403", async (name) => {
    const { method, path } = routes.find((route) => route.name === name) ?? {
      method: "",
      path: "",
    };
    const address = addressOf(path, ada.workspaceId, ada.userId);

    const response = await fixture.call(viewerCookie, method, address, bodyFor(method));

    expect(response.status).toBe(403);
  });

  test("no route that changes something accepts a viewer's permission, except leaving, previews and counts", () => {
    const writes = byPermission.filter(
      ({ method, permission }) => method !== "GET" && roleHas("viewer", permission),
    );

    expect(
      writes.map(({ name }) => name.replace("/api/v1/workspaces/:workspaceId", "")).sort(),
    ).toEqual(
      [
        "DELETE /members/:userId",
        "POST /campaigns/:id/preview",
        "POST /segments/:id/count",
        "POST /segments/preview",
        "POST /templates/compile",
      ].sort(),
    );
  });
});

describe("an API key without the scope", () => {
  test.each(byPermission.map(({ name }) => name))("%s answers 403", async (name) => {
    const route = byPermission.find((each) => each.name === name);
    const permission: Permission = route?.permission ?? "workspace:read";
    const scope = grantableScopes.find((each) => each !== permission) ?? "";
    const method = route?.method ?? "";
    const address = addressOf(route?.path ?? "", ada.workspaceId);

    const response = await fixture.call(await keyFor(scope), method, address, bodyFor(method));

    expect(response.status).toBe(403);
  });
});

describe("the instance console", () => {
  test.each(forAdmins.map(({ name }) => name))(
    "%s answers 403 to an owner and to a key",
    async (name) => {
      const { method, path } = routes.find((route) => route.name === name) ?? {
        method: "",
        path: "",
      };
      const key = await keyFor("workspace:read");

      for (const as of [ada.cookie, key]) {
        const response = await fixture.call(as, method, addressOf(path, ""), bodyFor(method));
        expect(response.status).toBe(403);
      }
    },
  );
});

describe("any signed-in person", () => {
  const named = guarded.filter(({ access, path }) => access === "signed-in" && path.includes("/:"));

  test("every such route with an object in its path is listed here", () => {
    expect(named.map(({ name }) => name).sort()).toEqual(Object.keys(signedInByName).sort());
  });

  test.each(Object.entries(signedInByName))(
    "%s refuses another person's object",
    async (name, given) => {
      const [method = "", path = ""] = name.split(" ");
      const address = path
        .replace("/api/v1", "")
        .replace(":organizationId", ada.organizationId)
        .replace(":id", "0".repeat(64));

      const response = await fixture.call(mallory.cookie, method, address, given.body);

      expect(response.status).toBe(given.status);
    },
  );
});

test("an owner is let in everywhere in their own workspace, so the refusals above come from the guard", async () => {
  const reads = byPermission.filter(
    ({ method, path }) => method === "GET" && !/:(?!workspaceId)/.test(path),
  );
  const refused: string[] = [];
  for (const { path, name } of reads) {
    const response = await fixture.call(ada.cookie, "GET", addressOf(path, ada.workspaceId));
    if (response.status !== 200) {
      refused.push(`${name}: ${response.status} ${await response.text()}`);
    }
  }

  expect(reads.length).toBeGreaterThan(12);
  expect(refused).toEqual([]);
});

test("a write by cookie from a foreign page is refused everywhere", async () => {
  const writes = guarded.filter(({ method }) => method !== "GET");
  const letIn: string[] = [];
  for (const { method, path, name } of writes) {
    const address = addressOf(path, ada.workspaceId, ada.userId);
    const headers = { origin: "https://evil.example" };
    const response = await fixture.call(ada.cookie, method, address, bodyFor(method), headers);
    if (response.status !== 403) {
      letIn.push(`${name}: ${response.status}`);
    }
  }

  expect(publicUrl).not.toContain("evil");
  expect(writes.length).toBeGreaterThan(40);
  expect(letIn).toEqual([]);
});

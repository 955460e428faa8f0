// Requests every documented operation as a stranger, as the owner and with another method, and compares the answer with
// the document. `bun run test:api` tests far more; this is the fast part.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type AccountsApp, newAccountsApp, publicUrl, type SignedUp } from "../support/accounts.ts";

type Answer = { content?: Record<string, { schema?: Record<string, unknown> }> };
type Operation = {
  responses: Record<string, Answer>;
  requestBody?: Answer;
  "x-access"?: string;
};
type Documented = { path: string; method: string; operation: Operation };

const WALK_MS = 60_000;

let fixture: AccountsApp;
let ada: SignedUp;
let operations: Documented[] = [];

beforeAll(async () => {
  fixture = newAccountsApp();
  ada = await fixture.signUp("ada@agency.test", { isAdmin: true });
  const response = await fixture.app.handle(new Request(`${publicUrl}/openapi.json`));
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, Operation>> };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    })),
  );
});

afterAll(() => fixture.close());

const isOpen = ({ operation }: Documented) => operation["x-access"]?.startsWith("open:") === true;
/** These stream a body until the reader leaves, or end the caller's session. */
const isLeftOut = ({ path }: Documented) =>
  path.endsWith("/progress") || path.includes("/auth/sign-out");

async function ask(
  { path }: Documented,
  method: string,
  headers: Record<string, string> = {},
  body = '{"unknown":1}',
): Promise<Response> {
  const address = path
    .replace("{workspaceId}", ada.workspaceId)
    .replace(/\{\w+\}/g, "1")
    .replace(/^/, publicUrl);
  const isWrite = method !== "GET" && method !== "HEAD";
  const response = await fixture.app.handle(
    new Request(address, {
      method,
      headers: {
        origin: publicUrl,
        ...(isWrite ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      ...(isWrite ? { body } : {}),
    }),
  );
  await response.body?.cancel();
  return response;
}

/** Parts of an answer that the document does not describe. */
function undocumented(asked: Documented, response: Response): string[] {
  const name = `${asked.method} ${asked.path}`;
  const documented = asked.operation.responses[String(response.status)];
  if (documented === undefined) {
    return [`${name}: ${response.status}`];
  }
  const type = response.headers.get("content-type")?.split(";")[0];
  const types = Object.keys(documented.content ?? {});
  const isStated = type === undefined ? types.length === 0 : types.includes(type);
  return isStated || asked.method === "HEAD" ? [] : [`${name}: ${response.status} as ${type}`];
}

test("every answer states its media types, and JSON its shape", () => {
  const vague = operations.flatMap(({ method, path, operation }) =>
    Object.entries(operation.responses).flatMap(([status, { content }]) => {
      const types = Object.entries(content ?? {});
      const schema = content?.["application/json"]?.schema;
      const isShapeless = types.length === 1 && Object.keys(schema ?? { type: "" }).length === 0;
      return isShapeless ? [`${method} ${path} ${status}`] : [];
    }),
  );

  expect(operations.length).toBeGreaterThan(200);
  expect(vague).toEqual([]);
});

test(
  "the guard's answers to strangers are documented for every route",
  async () => {
    const guarded = operations.filter((each) => !isOpen(each));

    const found: string[] = [];
    const statuses = new Set<number>();
    for (const each of guarded) {
      const response = await ask(each, each.method);
      statuses.add(response.status);
      found.push(...undocumented(each, response));
    }

    expect(guarded.length).toBeGreaterThan(200);
    expect(found).toEqual([]);
    expect([...statuses].sort()).toEqual([401]);
  },
  WALK_MS,
);

test(
  "open routes' answers to invalid tokens and bodies are documented",
  async () => {
    const found: string[] = [];
    for (const each of operations.filter((each) => isOpen(each) && !isLeftOut(each))) {
      const response = await ask(each, each.method);
      const tooLong = await ask(
        { ...each, path: each.path.replace("{token}", "x".repeat(600)) },
        each.method,
      );
      expect(response.status).toBeLessThan(500);
      found.push(...undocumented(each, response), ...undocumented(each, tooLong));
    }

    expect(found).toEqual([]);
  },
  WALK_MS,
);

/** Nothing sends or listens in this test; `bun run test:api` requests these from the whole binary. */
const needTheSendingSide = [
  "DELETE /api/v1/instance/inbox",
  "DELETE /api/v1/instance/inbox/{id}",
  "DELETE /api/v1/instance/received/{id}",
  "POST /api/v1/workspaces/{workspaceId}/dmarc/reports",
  "DELETE /api/v1/workspaces/{workspaceId}/inbox",
  "DELETE /api/v1/workspaces/{workspaceId}/inbox/{id}",
  "DELETE /api/v1/workspaces/{workspaceId}/received/{id}",
];

test(
  "the owner's answers to invalid ids and bodies are documented, and none is a server error",
  async () => {
    const found: string[] = [];
    const faults: string[] = [];
    for (const each of operations.filter((each) => !isOpen(each) && !isLeftOut(each))) {
      const response = await ask(each, each.method, { cookie: ada.cookie });
      if (response.status === 500) {
        faults.push(`${each.method} ${each.path}`);
      } else {
        found.push(...undocumented(each, response));
      }
    }

    expect(found).toEqual([]);
    expect(faults).toEqual(needTheSendingSide);
  },
  WALK_MS,
);

/** True where the last path segment, a name, could also be the id of another path with that method. */
function hasByAnotherPath(path: string, method: string): boolean {
  return operations.some(
    (each) =>
      each.method === method &&
      new RegExp(`^${each.path.replaceAll(".", "\\.").replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
}

test(
  "an unsupported method is refused with the supported ones",
  async () => {
    const paths = new Set(operations.map(({ path }) => path));

    for (const path of paths) {
      const there = operations.filter((each) => each.path === path).map(({ method }) => method);
      const missing = ["PUT", "DELETE", "PATCH"].find((method) => !hasByAnotherPath(path, method));
      const first = operations.find((each) => each.path === path);
      if (missing === undefined || first === undefined) {
        throw new Error(`${path} has every method`);
      }
      const response = await ask(first, missing);
      expect({ path, status: response.status }).toEqual({ path, status: 405 });
      expect(response.headers.get("allow")).toBe([...there].sort().join(", "));
    }
  },
  WALK_MS,
);

test.each([
  ["no JSON", "\u0010{"],
  ["null", "null"],
  ["a number", "-482"],
  ["a text", '"name"'],
  ["true", "true"],
])(
  "a body that is %s is refused by every operation that accepts JSON, also where none is needed",
  async (_, body) => {
    const taking = operations.filter(
      (each) => !isOpen(each) && "application/json" in (each.operation.requestBody?.content ?? {}),
    );

    const statuses = new Set<number>();
    for (const each of taking) {
      const response = await ask(each, each.method, { cookie: ada.cookie }, body);
      statuses.add(response.status);
    }

    expect(taking.length).toBeGreaterThan(80);
    expect([...statuses]).toEqual([422]);
  },
  WALK_MS,
);

test("an address without a route is still not found", async () => {
  for (const method of ["GET", "POST", "DELETE"]) {
    const response = await fixture.app.handle(
      new Request(`${publicUrl}/api/v1/nothing-here`, { method, headers: { origin: publicUrl } }),
    );
    expect(response.status).toBe(404);
  }
});

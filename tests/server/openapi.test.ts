import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newTestApp } from "../support/app.ts";

type Operation = {
  summary?: string;
  tags?: string[];
  responses?: Record<string, { content?: Record<string, { schema?: object }> }>;
};

const fixture = newTestApp();
afterAll(() => fixture.close());

// In a separate process: a schema that has validated a request, as in other tests here, describes more of itself.
const printed = Bun.spawnSync([
  process.execPath,
  join(import.meta.dir, "../../scripts/update-openapi.ts"),
  "--print",
]);
const document = JSON.parse(printed.stdout.toString()) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);

test("the API matches its snapshot; changes are made on purpose with scripts/update-openapi.ts", () => {
  const path = join(import.meta.dir, "openapi.snapshot.json");
  const agreed = JSON.parse(readFileSync(path, "utf8")) as typeof document;

  expect(Object.keys(document.paths)).toEqual(Object.keys(agreed.paths));
  for (const [route, methods] of Object.entries(document.paths)) {
    expect({ [route]: methods }).toEqual({ [route]: agreed.paths[route] ?? {} });
  }
  expect(document).toEqual(agreed);
});

test("every route is documented: purpose, tag, and the shape of its answers", () => {
  const bare = operations.filter(({ operation }) => {
    const answers = Object.values(operation.responses ?? {});
    return (
      (operation.summary ?? "").length < 4 ||
      (operation.tags ?? []).length === 0 ||
      answers.length === 0
    );
  });

  expect(operations.length).toBeGreaterThan(80);
  expect(bare.map(({ name }) => name)).toEqual([]);
});

test("the document includes every mounted route of the API", () => {
  const mounted = fixture.app.routes
    .filter(({ path }) => path.startsWith("/api/"))
    .map(({ method, path }) => {
      const pattern = path.replace(/:(\w+)/g, "{$1}").replace(/\/$/, "");
      return `${method} ${pattern}`;
    });

  const documented = new Set(operations.map(({ name }) => name));
  expect(mounted.length).toBeGreaterThan(80);
  expect(mounted.filter((route) => !documented.has(route))).toEqual([]);
});

test("it is served as JSON, and nothing in it is loaded from elsewhere", async () => {
  const response = await fixture.app.handle(new Request("http://localhost/openapi.json"));
  const text = await response.text();

  expect(response.headers.get("content-type")).toBe("application/json");
  expect(JSON.parse(text)).toEqual(document);
  expect(text).not.toContain("cdn.");
});

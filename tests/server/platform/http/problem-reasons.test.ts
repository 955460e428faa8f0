import { expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { AppError } from "../../../../server/platform/errors.ts";
import {
  type Problem,
  problemResponse,
  problems,
} from "../../../../server/platform/http/problem.ts";

const app = new Elysia()
  .use(problems)
  .get("/", () => "fine", {
    query: t.Object({
      limit: t.Optional(t.Integer({ minimum: 1, maximum: 200 })),
      state: t.Optional(t.Union([t.Literal("on"), t.Literal("off")])),
    }),
  })
  .get("/forms/:id", () => "fine", { params: t.Object({ id: t.Integer({ minimum: 1 }) }) })
  .post("/time", () => "fine", {
    body: t.Object({ at: t.String({ pattern: "^\\d+$", error: "is not a valid time" }) }),
  })
  .post("/", () => "fine", {
    body: t.Object({
      name: t.String({ minLength: 1, maxLength: 5 }),
      count: t.Integer({ minimum: 1, maximum: 9 }),
    }),
  });

const reasons = (body: unknown) =>
  refused(
    new Request("http://localhost/", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
const queryReasons = (query: string) => refused(new Request(`http://localhost/?${query}`));

async function refused(request: Request): Promise<Record<string, string>> {
  const response = await app.handle(request);
  expect(response.status).toBe(422);
  const { fields } = (await response.json()) as Problem;
  return Object.fromEntries((fields ?? []).map(({ field, reason }) => [field, reason]));
}

test("a refusal says in plain words what is wrong with each field", async () => {
  expect(await reasons({ name: "", count: 0 })).toEqual({
    name: "must not be empty",
    count: "must be at least 1",
  });
  expect(await reasons({ name: "abcdef", count: 10 })).toEqual({
    name: "must have at most 5 characters",
    count: "must be at most 9",
  });
  expect(await reasons({ count: 3 })).toEqual({ name: "must not be empty" });
});

test("the same for each parameter, under its own name", async () => {
  expect(await queryReasons("limit=201")).toEqual({ limit: "must be at most 200" });
  expect(await queryReasons("limit=many")).toEqual({ limit: "must be a number" });
  expect(await queryReasons("state=open")).toEqual({ state: "must be one of: on, off" });
});

test.each([
  ["limit=201", { code: "above_maximum", params: { max: 200 }, reason: "must be at most 200" }],
  [
    "state=open",
    { code: "not_one_of", params: { options: "on, off" }, reason: "must be one of: on, off" },
  ],
])("%s: beside the English reason are its code and values", async (query, expected) => {
  const response = await app.handle(new Request(`http://localhost/?${query}`));
  const { fields } = (await response.json()) as Problem;
  expect<unknown>(fields).toEqual([{ field: query.split("=")[0] ?? "", ...expected }]);
});

test("a word in place of an ID is reported as no ID", async () => {
  expect(await refused(new Request("http://localhost/forms/look"))).toEqual({
    id: "is not a valid ID",
  });
});

test.each([
  ["conflict", "Already exists"],
  ["in_use", "In use"],
  ["changed_meanwhile", "Changed in the meantime"],
  ["in_progress", "Still in progress"],
  ["limit_reached", "Limit reached"],
  ["erased", "Erased on request"],
  ["illegal_state", "Not possible right now"],
] as const)("a 409 of the kind %s is called %p", async (code, title) => {
  const response = problemResponse(new AppError(code, { text: "Why." }));
  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({ code, title, detail: "Why." });
});

test("a value that cannot be put into a message is refused like any other", async () => {
  const body = '{"name":{"toString":1},"count":{"toString":null}}';
  const headers = { "content-type": "application/json" };
  const request = new Request("http://localhost/", { method: "POST", headers, body });
  const response = await app.handle(request);

  expect(response.status).toBe(422);
  expect(((await response.json()) as Problem).detail).toContain("toString");
  const time = new Request("http://localhost/time", {
    method: "POST",
    headers,
    body: '{"at":{"toString":1}}',
  });
  expect((await app.handle(time)).status).toBe(422);
});

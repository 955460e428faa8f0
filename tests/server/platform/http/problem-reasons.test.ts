import { expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { type Problem, problems } from "../../../../server/platform/http/problem.ts";

const app = new Elysia().use(problems).post("/", () => "fine", {
  body: t.Object({
    name: t.String({ minLength: 1, maxLength: 5 }),
    count: t.Integer({ minimum: 1, maximum: 9 }),
  }),
});

async function reasons(body: unknown): Promise<Record<string, string>> {
  const response = await app.handle(
    new Request("http://localhost/", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
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

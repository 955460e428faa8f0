import { expect, test } from "bun:test";
import { type AnyElysia, Elysia, t } from "elysia";
import { problems } from "../../../../server/platform/http/problem.ts";
import { queryNames } from "../../../../server/platform/http/query-names.ts";

const app = new Elysia()
  .use(queryNames((): AnyElysia => app))
  .use(problems)
  .get("/api/v1/things", ({ query }) => ({ limit: query.limit ?? 50 }), {
    query: t.Object({ limit: t.Optional(t.Integer()), q: t.Optional(t.String()) }),
    detail: { "x-access": "permission:contacts:read" } as object,
  })
  .get("/api/v1/none", () => "none", { detail: { "x-access": "signed-in" } as object })
  .get("/api/v1/linked", () => "linked", { detail: { "x-access": "open: a link" } as object })
  .get("/p/:token", () => "page");

const ask = (path: string) => app.handle(new Request(`http://localhost${path}`));

test("a query parameter with a typing error is refused, and the names that exist are said", async () => {
  const answer = await ask("/api/v1/things?limt=5");

  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({
    code: "invalid_input",
    fields: [
      {
        field: "limt",
        reason: "is not a query parameter here",
        hint: "The query parameters here are: limit, q.",
      },
    ],
  });
  expect((await ask("/api/v1/none?x=1")).status).toBe(422);
  expect((await ask("/api/v1/things?__proto__=1")).status).toBe(422);
});

test("known parameters pass, and links that strangers open may carry what others add", async () => {
  expect(await (await ask("/api/v1/things?limit=5&q=a")).json()).toEqual({ limit: 5 });
  expect((await ask("/api/v1/linked?utm_source=x")).status).toBe(200);
  expect((await ask("/p/t0ken?fbclid=1")).status).toBe(200);
});

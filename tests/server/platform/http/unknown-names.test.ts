import { expect, test } from "bun:test";
import { type AnyElysia, Elysia, t } from "elysia";
import { problems } from "../../../../server/platform/http/problem.ts";
import { unknownNames } from "../../../../server/platform/http/unknown-names.ts";

const app = new Elysia()
  .use(unknownNames((): AnyElysia => app))
  .use(problems)
  .get("/api/v1/things", ({ query }) => ({ limit: query.limit ?? 50 }), {
    query: t.Object({ limit: t.Optional(t.Integer()), q: t.Optional(t.String()) }),
    detail: { "x-access": "permission:contacts:read" } as object,
  })
  .post("/api/v1/things", ({ body }) => ({ given: Object.keys(body) }), {
    body: t.Object({
      name: t.String(),
      filter: t.Optional(t.Object({ q: t.Optional(t.String()) })),
      rules: t.Optional(
        t.Array(t.Union([t.Object({ tag: t.String() }), t.Object({ list: t.String() })])),
      ),
      fields: t.Optional(t.Record(t.String(), t.Any())),
    }),
    detail: { "x-access": "permission:contacts:write" } as object,
  })
  .post("/api/v1/form", () => "thanks", {
    body: t.Object({ email: t.String() }),
    detail: { "x-access": "open: a form" } as object,
  })
  .get("/api/v1/none", () => "none", { detail: { "x-access": "signed-in" } as object })
  .get("/api/v1/linked", () => "linked", { detail: { "x-access": "open: a link" } as object })
  .get("/p/:token", () => "page");

const ask = (path: string) => app.handle(new Request(`http://localhost${path}`));

test("a misspelled query parameter is refused, with the existing names", async () => {
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

test("known parameters are accepted, and links that strangers open may have additional ones", async () => {
  expect(await (await ask("/api/v1/things?limit=5&q=a")).json()).toEqual({ limit: 5 });
  expect((await ask("/api/v1/linked?utm_source=x")).status).toBe(200);
  expect((await ask("/p/t0ken?fbclid=1")).status).toBe(200);
});

const send = (path: string, body: unknown) =>
  app.handle(
    new Request(`http://localhost${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );

test.each([
  [{ name: "a", nmae: "b" }, ["nmae"]],
  [{ name: "a", filter: { query: "only these" } }, ["filter.query"]],
  [{ name: "a", rules: [{ tag: "x" }, { lists: "y" }] }, ["rules.1.lists"]],
  [{ name: "a", ["__proto__x"]: 1, constructor: 2 }, ["__proto__x", "constructor"]],
] as [object, string[]][])("a body with an unknown member is refused: %j", async (body, paths) => {
  const answer = await send("/api/v1/things", body);

  expect(answer.status).toBe(422);
  const { fields } = (await answer.json()) as { fields: { field: string; code: string }[] };
  expect(fields.map(({ field }) => field)).toEqual(paths);
  expect(fields[0]?.code).toBe("unknown_member");
});

test("known members are accepted, also free keys of a record, and strangers' forms may send more", async () => {
  const body = { name: "a", filter: { q: "x" }, rules: [{ list: "y" }], fields: { toString: "x" } };
  expect(await (await send("/api/v1/things", body)).json()).toEqual({ given: Object.keys(body) });
  expect((await send("/api/v1/form", { email: "a@x.example", utm: 1 })).status).toBe(200);
});

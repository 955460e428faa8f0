import { expect, test } from "bun:test";
import { t } from "elysia";
import {
  type BodySchema,
  unknownMembers,
} from "../../../../server/platform/http/unknown-members.rules.ts";

const rule = t.Recursive((self) =>
  t.Union([t.Object({ all: t.Array(self) }), t.Object({ tag: t.Number() })]),
) as unknown as BodySchema;

test("a schema that refers to itself is followed completely", () => {
  expect(unknownMembers(rule, { all: [{ tag: 1 }, { all: [{ tag: 2 }] }] })).toEqual([]);
  expect(unknownMembers(rule, { all: [{ tag: 1 }, { all: [{ tag: 2, nto: true }] }] })).toEqual([
    "all.1.all.0.nto",
  ]);
});

test("at most ten are listed, and open or mistyped parts are left alone", () => {
  const schema = t.Object({ a: t.Object({ b: t.Number() }), any: t.Any() }) as BodySchema;
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`x${n}`, n]));
  expect(unknownMembers(schema, many)).toHaveLength(10);
  expect(unknownMembers(schema, { a: "text", any: { deep: 1 } })).toEqual([]);
  expect(unknownMembers(schema, [])).toEqual([]);
});

test("combined parts are one object", () => {
  const schema = t.Intersect([t.Object({ a: t.Number() }), t.Object({ b: t.Number() })]);
  expect(unknownMembers(schema as BodySchema, { a: 1, b: 2, c: 3 })).toEqual(["c"]);
});

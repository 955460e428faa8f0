import { expect, test } from "bun:test";
import * as server from "../../server/features/segments/segment-language.rules.ts";
import * as web from "../../web/src/features/segments/rule-language.ts";

// The builder may import only types from the server, so it has its own lists. The compiler refuses a word that the
// server does not know; these tests check that none is missing.

const sorted = (words: readonly string[]) => [...words].sort();

test("the builder offers every operator of every kind of value", () => {
  const offered = Object.entries(web.operators).map(([kind, list]) => [kind, sorted(list)]);
  const known = Object.entries(server.operators).map(([kind, list]) => [kind, sorted(list)]);

  expect(Object.fromEntries(offered)).toEqual(Object.fromEntries(known));
});

test("the builder offers every built-in field, status and kind of mail", () => {
  expect(sorted(web.builtIn)).toEqual(sorted(Object.keys(server.builtInFields)));
  expect(sorted(web.listStatuses)).toEqual(sorted(server.listStatuses));
  expect(sorted(web.statusNames)).toEqual(sorted(server.statusNames));
  expect(sorted(web.mailKinds)).toEqual(sorted(server.mailKinds));
  expect(sorted(web.propertyOperators)).toEqual(sorted(server.propertyOperators));
});

test("both sides give a field the same kind", () => {
  const types = ["text", "number", "boolean", "date", "choice", "multi_choice", "url"] as const;
  const fields = types.map((type, id) => ({
    id,
    key: type,
    label: type,
    type,
    choices: [],
    createdAt: 0,
    oldKey: null,
  }));
  const names = [...web.builtIn, ...types.map((type) => `fields.${type}`)];

  for (const name of names) {
    expect([name, web.kindOf(name, fields)]).toEqual([name, server.kindOf(name, fields) ?? "text"]);
  }
});

test("the deepest group of the builder is one that the server takes, negated too", () => {
  expect(web.MAX_GROUP_DEPTH + 1).toBe(server.MAX_DEPTH);
});

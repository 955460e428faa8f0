import { expect, test } from "bun:test";
import {
  cutPage,
  decodeCursor,
  encodeCursor,
  readPage,
} from "../../../../server/platform/http/cursor.ts";

test("a cursor returns the position it was made from", () => {
  expect(decodeCursor(encodeCursor([1_700_000_000_000, "é", null]), 3)).toEqual([
    1_700_000_000_000,
    "é",
    null,
  ]);
});

test("refuses a cursor of another list, another shape, or no cursor at all", () => {
  for (const bad of [encodeCursor([1]), "%%%", "e30", btoa('[{"a":1},2]')]) {
    expect(() => decodeCursor(bad, 2)).toThrow("is not a cursor that this list returned");
  }
});

test("returns a next page only when there is one", () => {
  const rows = [1, 2, 3].map((id) => ({ id }));

  expect(cutPage(rows, 3, (row) => [row.id]).nextCursor).toBeNull();
  expect(cutPage(rows, 2, (row) => [row.id])).toEqual({
    items: [{ id: 1 }, { id: 2 }],
    nextCursor: encodeCursor([2]),
  });
});

test("a page begins at its cursor, and has fifty rows by default", () => {
  expect(readPage({}, [Number.MAX_SAFE_INTEGER])).toEqual({
    limit: 50,
    after: [Number.MAX_SAFE_INTEGER],
  });
  expect(readPage({ limit: 7, cursor: encodeCursor(["b", 3]) }, ["", 0])).toEqual({
    limit: 7,
    after: ["b", 3],
  });
});

test.each([
  ["a text where the list has a number", [["x"], [0]]],
  ["a number where the list has a text", [[1], [""]]],
  ["nothing where the list has a number", [[null], [0]]],
  ["more than the list has", [[1, 2], [0]]],
] as const)("the cursor of another list is refused: %s", (_name, [position, first]) => {
  expect(() => readPage({ cursor: encodeCursor([...position]) }, [...first])).toThrow(
    expect.objectContaining({ code: "invalid_input" }),
  );
});

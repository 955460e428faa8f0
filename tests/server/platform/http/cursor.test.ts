import { expect, test } from "bun:test";
import { cutPage, decodeCursor, encodeCursor } from "../../../../server/platform/http/cursor.ts";

test("a cursor gives back the position it was made from", () => {
  expect(decodeCursor(encodeCursor([1_700_000_000_000, "é", null]), 3)).toEqual([
    1_700_000_000_000,
    "é",
    null,
  ]);
});

test("refuses a cursor of another list, another shape, or no cursor at all", () => {
  for (const bad of [encodeCursor([1]), "%%%", "e30", btoa('[{"a":1},2]')]) {
    expect(() => decodeCursor(bad, 2)).toThrow("was not returned by this list");
  }
});

test("names the next page only when there is one", () => {
  const rows = [1, 2, 3].map((id) => ({ id }));

  expect(cutPage(rows, 3, (row) => [row.id]).nextCursor).toBeNull();
  expect(cutPage(rows, 2, (row) => [row.id])).toEqual({
    items: [{ id: 1 }, { id: 2 }],
    nextCursor: encodeCursor([2]),
  });
});

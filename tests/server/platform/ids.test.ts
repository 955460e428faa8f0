import { expect, test } from "bun:test";
import { isId, newId } from "../../../server/platform/ids.ts";

test("ids are 26 lower-case characters and sort by creation time", () => {
  const first = newId(1_700_000_000_000);
  const second = newId(1_700_000_000_001);

  expect(first).toMatch(/^[0-9a-z]{26}$/);
  expect(isId(first)).toBe(true);
  expect(first < second).toBe(true);
});

test("an id never looks like a path or a LiteFS side file", () => {
  for (const hostile of ["../etc/passwd", "", "01hzzzzzzzzzzzzzzzzzzzz-pos", "A".repeat(26)]) {
    expect(isId(hostile)).toBe(false);
  }
});

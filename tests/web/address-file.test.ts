import { expect, test } from "bun:test";
import { addressesOf } from "../../web/src/features/instance/address-file.ts";

test("reads the first address of each line, whatever surrounds it, once", () => {
  const file = `\ufeffemail;reason\r\n"Ann <ann@example.com>",spam\nBO@Example.com;2026;other@example.com\r\rbo@example.com\nnobody here\n`;

  expect(addressesOf(file)).toEqual(["ann@example.com", "bo@example.com"]);
  expect(addressesOf("")).toEqual([]);
});

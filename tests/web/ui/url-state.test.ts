import { expect, test } from "bun:test";
import { changeQuery } from "../../../web/src/ui/url-state.ts";

test("changing a filter keeps the others and drops empty ones", () => {
  expect(changeQuery("/w/1/contacts?q=ada&status=active", { status: "gone" })).toBe(
    "/w/1/contacts?q=ada&status=gone",
  );
  expect(changeQuery("/w/1/contacts?q=ada", { q: "" })).toBe("/w/1/contacts");
  expect(changeQuery("/w/1/contacts", { q: "a&b=c" })).toBe("/w/1/contacts?q=a%26b%3Dc");
});

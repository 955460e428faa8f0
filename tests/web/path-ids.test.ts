import { expect, test } from "bun:test";
import { hasValidIds } from "../../web/src/path-ids.ts";

const form = "/w/:workspaceId/contacts/forms/:formId/numbers";

test.each([
  ["/w/01abc/contacts/forms/7/numbers", true],
  ["/w/01abc/contacts/forms/look/numbers", false],
  ["/w/01abc/contacts/forms/0/numbers", false],
  ["/w/01abc/contacts/forms/-3/numbers", false],
  ["/w/01abc/contacts/forms/7x/numbers", false],
  ["/w/01abc/contacts/forms/99999999999999999999/numbers", false],
])("%s names a form by a number: %p", (path, valid) => {
  expect(hasValidIds(form, path)).toBe(valid);
});

test("a workspace is named by text, and a pattern without names fits", () => {
  expect(hasValidIds("/w/:workspaceId/campaigns", "/w/01abc/campaigns")).toBe(true);
  expect(hasValidIds("/account", "/account")).toBe(true);
});

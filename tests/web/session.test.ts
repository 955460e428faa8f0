import { expect, test } from "bun:test";
import { safeNext } from "../../web/src/features/auth/sign-in-page.tsx";
import {
  actionText,
  detailText,
  outcomeText,
} from "../../web/src/features/workspaces/audit-page.tsx";
import { sortWorkspaces } from "../../web/src/shell/workspace-switcher.tsx";

const workspace = (id: string, name: string) => ({
  id,
  name,
  role: "viewer" as const,
  timeZone: "UTC",
  organizationId: "o",
  organizationName: "Agency",
});

test("after signing in, only pages of this site can follow", () => {
  expect(safeNext("/w/1/contacts?q=ada")).toBe("/w/1/contacts?q=ada");
  for (const hostile of [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "",
    undefined,
  ]) {
    expect(safeNext(hostile)).toBe("/");
  }
});

test("recently used workspaces come first, the others by name", () => {
  const all = [workspace("1", "Zoo"), workspace("2", "Bakery"), workspace("3", "Yoga")];
  expect(sortWorkspaces(all, ["3"]).map((one) => one.name)).toEqual(["Yoga", "Bakery", "Zoo"]);
});

test("the details of an audit entry read as one line", () => {
  expect(detailText({ role: "viewer", fields: ["name"], count: 3 })).toBe(
    'role=viewer fields=["name"] count=3',
  );
  expect(detailText({})).toBe("");
  expect(detailText({ outcome: "server_stopped", begunAt: 5, list: 1 })).toBe("list=1");
});

test("an audit entry describes the action, and says when its outcome is unknown", () => {
  expect(actionText("list.change")).toBe("List edited");
  expect(actionText("later.invented")).toBe("later.invented");
  expect(outcomeText({ outcome: "server_stopped" })).toContain("The server stopped");
  expect(outcomeText({ outcome: "whole", status: 1 })).toBe("");
});

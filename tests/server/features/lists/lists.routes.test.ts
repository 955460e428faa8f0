import { afterEach, beforeEach, expect, test } from "bun:test";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "editor");

test("list names are unique, ignoring case", async () => {
  const first = await call("POST", "/lists", { name: "  Große  News " });
  const second = await call("POST", "/lists", { name: "große news" });

  expect(first.body).toMatchObject({
    name: "Große News",
    subscribed: 0,
    unsubscribed: 0,
    pending: 0,
  });
  expect(second.status).toBe(409);
  expect((await call("POST", "/lists", { name: "   " })).status).toBe(422);
});

test("lists are sorted by name, paged, and found by part of the name", async () => {
  for (const name of ["Zebra", "apple", "Mango pie"]) {
    await call("POST", "/lists", { name });
  }
  const first = await call("GET", "/lists?limit=2");
  const rest = await call("GET", `/lists?limit=2&cursor=${first.body.nextCursor}`);

  expect(first.body.items.map((list: { name: string }) => list.name)).toEqual([
    "apple",
    "Mango pie",
  ]);
  expect(rest.body.items.map((list: { name: string }) => list.name)).toEqual(["Zebra"]);
  expect((await call("GET", "/lists?q=PIE")).body.items).toHaveLength(1);
});

test("counts follow every membership change, including a contact's deletion", async () => {
  const { id } = (await call("POST", "/lists", { name: "News" })).body;
  const contact = (await call("POST", "/contacts", { email: "a@example.com", listIds: [id] })).body
    .id;
  const counts = async () => {
    const { subscribed, unsubscribed, pending } = (await call("GET", `/lists/${id}`)).body;
    return [subscribed, unsubscribed, pending];
  };

  expect(await counts()).toEqual([1, 0, 0]);
  const change = { status: "unsubscribed", reason: "asked by phone" };
  expect((await call("PUT", `/lists/${id}/contacts/${contact}`, change)).body).toEqual({
    changed: true,
  });
  expect((await call("PUT", `/lists/${id}/contacts/${contact}`, change)).body).toEqual({
    changed: false,
  });
  expect(await counts()).toEqual([0, 1, 0]);
  expect((await call("GET", `/contacts/${contact}`)).body.lists).toMatchObject([
    { id, status: "unsubscribed", reason: "asked by phone" },
  ]);
  await call("PUT", `/lists/${id}/contacts/${contact}`, { status: "subscribed" });
  expect(await counts()).toEqual([1, 0, 0]);
  await call("DELETE", `/contacts/${contact}`);
  expect(await counts()).toEqual([0, 0, 0]);
});

test("deleting a list keeps its contacts", async () => {
  const { id } = (await call("POST", "/lists", { name: "News" })).body;
  await call("POST", "/contacts", { email: "a@example.com", listIds: [id] });

  expect((await call("DELETE", `/lists/${id}`)).body).toEqual({ done: true });
  expect((await call("GET", `/lists/${id}`)).status).toBe(404);
  expect((await call("GET", "/contacts")).body.items).toHaveLength(1);
});

test("a viewer can read and change nothing; another workspace's lists are not found", async () => {
  const { id } = (await call("POST", "/lists", { name: "News" })).body;
  const stranger = { role: "owner" as const, workspaceId: fixture.newWorkspace().id };

  expect((await call("GET", `/lists/${id}`, undefined, { as: "viewer" })).status).toBe(200);
  for (const [method, path, body] of [
    ["POST", "/lists", { name: "X" }],
    ["PATCH", `/lists/${id}`, { name: "X" }],
    ["DELETE", `/lists/${id}`, undefined],
    ["PUT", `/lists/${id}/contacts/1`, { status: "subscribed" }],
  ] as const) {
    const full = `/workspaces/${workspace.id}${path}`;
    expect((await call(method, path, body, { as: "viewer" })).status).toBe(403);
    expect((await fixture.call(stranger, method, full, body)).status).toBe(404);
    expect((await fixture.call(null, method, full, body)).status).toBe(401);
  }
});

test("a list is private with double opt-in until it is made a public topic", async () => {
  const { id } = (await call("POST", "/lists", { name: "News" })).body;

  expect((await call("GET", `/lists/${id}`)).body).toMatchObject({
    isPublic: false,
    doubleOptIn: true,
  });
  await call("PATCH", `/lists/${id}`, { isPublic: true, doubleOptIn: false });
  expect((await call("PATCH", `/lists/${id}`, { description: "Monthly" })).body).toMatchObject({
    name: "News",
    description: "Monthly",
    isPublic: true,
    doubleOptIn: false,
  });
});

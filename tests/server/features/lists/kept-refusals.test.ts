// Leaving a list and pausing mail outlive the contact, because they belong to the address.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { setPause } from "../../../../server/features/preferences/preferences.store.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

const ANN = "ann@example.com";
const LATER = Date.now() + 90 * 86_400_000;

let fixture: TestApp;
let workspace: TestWorkspace;
let news: number;
let offers: number;
let ann: number;

const db = () => fixture.databases.workspace(workspace.id);
const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "admin");

const add = async (email: string, listIds: number[]) =>
  (await call("POST", "/contacts", { email, listIds })).body.id as number;
const statuses = async (id: number) => {
  const { lists } = (await call("GET", `/contacts/${id}`)).body;
  return Object.fromEntries(
    lists.map((list: { name: string; status: string }) => [list.name, list.status]),
  );
};
const breakOf = (id: number) =>
  db().prepare("SELECT paused_until FROM contact WHERE id = ?").pluck().get(id);
const setStatus = (listId: number, id: number, status: string) =>
  call("PUT", `/lists/${listId}/contacts/${id}`, { status });

beforeEach(async () => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  news = (await call("POST", "/lists", { name: "News" })).body.id;
  offers = (await call("POST", "/lists", { name: "Offers" })).body.id;
  ann = await add(ANN, [news, offers]);
  await setStatus(news, ann, "unsubscribed");
  setPause(db(), ann, LATER, 1);
});
afterEach(() => fixture.close());

describe.each([
  ["deleted", () => call("DELETE", `/contacts/${ann}`)],
  ["given another address", () => call("PATCH", `/contacts/${ann}`, { email: "b@example.com" })],
])("a contact that was %s", (_, change) => {
  test("comes back as one that has left the list and takes a break", async () => {
    await change();

    const again = await add("Ann@Example.com", [news, offers]);

    expect(again).not.toBe(ann);
    expect(await statuses(again)).toEqual({ News: "unsubscribed", Offers: "subscribed" });
    expect(breakOf(again)).toBe(LATER);
  });

  test("is not put on the list by a later addition of any kind", async () => {
    await change();
    const again = await add(ANN, []);
    const item = { contactId: again, listId: news, action: "add" };

    await call("POST", "/contacts/batch-memberships", { items: [item] });

    expect((await statuses(again))["News"] ?? "unsubscribed").toBe("unsubscribed");
  });

  test("is subscribed again when an administrator decides so for this one contact", async () => {
    await change();
    const again = await add(ANN, []);

    await setStatus(news, again, "subscribed");

    expect(await statuses(again)).toEqual({ News: "subscribed" });
    await call("DELETE", `/contacts/${again}`);
    expect(await statuses(await add(ANN, [news]))).toEqual({ News: "subscribed" });
  });
});

test("an address that somebody else gets has still left the list", async () => {
  await call("DELETE", `/contacts/${ann}`);
  const bob = await add("bob@example.com", [news]);

  await call("PATCH", `/contacts/${bob}`, { email: ANN });

  expect(await statuses(bob)).toEqual({ News: "unsubscribed" });
  expect(breakOf(bob)).toBe(LATER);
});

test("a contact that gets its earlier address back keeps what it decided since", async () => {
  await call("PATCH", `/contacts/${ann}`, { email: "b@example.com" });
  await setStatus(news, ann, "subscribed");
  setPause(db(), ann, null, 2);

  await call("PATCH", `/contacts/${ann}`, { email: ANN });

  expect(await statuses(ann)).toEqual({ News: "subscribed", Offers: "subscribed" });
  expect(breakOf(ann)).toBeNull();
});

test("nothing is kept of a deleted list, or in another workspace", async () => {
  await call("DELETE", `/contacts/${ann}`);
  db().prepare("DELETE FROM list WHERE id = ?").run(news);
  expect(db().prepare("SELECT count(*) FROM kept_leave").pluck().get()).toBe(0);

  const other = fixture.newWorkspace();
  const there = workspaceCalls(() => ({ app: fixture, workspaceId: other.id }), "admin");
  const list = (await there("POST", "/lists", { name: "News" })).body.id;
  const { id } = (await there("POST", "/contacts", { email: ANN, listIds: [list] })).body;
  expect((await there("GET", `/contacts/${id}`)).body.lists).toMatchObject([
    { status: "subscribed" },
  ]);
});

test("the counts of a list remain true", async () => {
  await call("DELETE", `/contacts/${ann}`);
  await add(ANN, [news, offers]);

  const { items } = (await call("GET", "/lists")).body;
  const counts = items.map((list: Record<string, unknown>) => [
    list["name"],
    list["subscribed"],
    list["unsubscribed"],
  ]);
  expect(counts).toEqual([
    ["News", 0, 1],
    ["Offers", 1, 0],
  ]);
});

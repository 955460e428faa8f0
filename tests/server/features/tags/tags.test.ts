import { afterEach, beforeEach, expect, test } from "bun:test";
import { readTagName } from "../../../../server/features/tags/tags.rules.ts";
import { type AudienceApp, newAudienceApp } from "../../../support/audience.ts";

let app: AudienceApp;
let ids: number[];
beforeEach(async () => {
  app = newAudienceApp();
  const made = ["a", "b", "c"].map((name) =>
    app.ask<{ id: number }>("POST", "/contacts", { email: `${name}@example.com` }),
  );
  ids = (await Promise.all(made)).map(({ id }) => id);
});
afterEach(() => app.close());

type Tag = { id: number; name: string; contactCount: number };
type Applied = { affected: number; task: { id: number; state: string } };

const tags = async () => {
  const { items } = await app.ask<{ items: Tag[] }>("GET", "/tags");
  return Object.fromEntries(items.map(({ name, contactCount }) => [name, contactCount]));
};
const tagId = async (name: string) => {
  const { items } = await app.ask<{ items: Tag[] }>("GET", `/tags?q=${encodeURIComponent(name)}`);
  return items[0]?.id ?? 0;
};

test("tag names ignore case and spacing, and cannot contain the separators used in files", () => {
  expect(readTagName("  Très   VIP ")).toEqual({ name: "Très VIP", key: "très vip" });
  expect(readTagName("e\u0301")).toEqual({ name: "é", key: "é" });
  for (const bad of ["", "  ", "a;b", "a|b", "a\u0000b", "x".repeat(61)]) {
    expect(readTagName(bad)).toHaveProperty("fault");
  }
});

test("tags are added and removed in bulk, counted, and shown on the contact", async () => {
  const added = await app.ask<Applied>("POST", "/tags/apply", { add: ["VIP", "New"], ids });
  expect(added).toMatchObject({ affected: 3, task: { state: "done", doneCount: 3, total: 3 } });
  const again = await app.ask<Applied>("POST", "/tags/apply", {
    add: ["vip"],
    remove: ["new"],
    ids: [ids[0], 999],
  });
  expect(again.affected).toBe(1);

  expect(await tags()).toEqual({ New: 2, VIP: 3 });
  const contact = await app.ask<{ tags: { name: string }[] }>("GET", `/contacts/${ids[1]}`);
  expect(contact.tags.map(({ name }) => name)).toEqual(["New", "VIP"]);
});

test("contacts are found by a tag, alone and with other filters", async () => {
  await app.ask("POST", "/tags/apply", { add: ["VIP"], ids: ids.slice(0, 2) });
  const id = await tagId("vip");
  const found = async (query: string) =>
    (await app.ask<{ items: { email: string }[] }>("GET", `/contacts?tag=${id}${query}`)).items.map(
      ({ email }) => email,
    );

  expect(await found("")).toEqual(["b@example.com", "a@example.com"]);
  expect(await found("&q=a@")).toEqual(["a@example.com"]);
  expect(await found("&status=suppressed")).toEqual([]);
  expect(await app.ask<object>("GET", `/contacts/count?tag=${id}`)).toEqual({
    count: 2,
    exact: true,
  });
});

test("a filter is tagged by a task", async () => {
  const { task } = await app.ask<Applied>("POST", "/tags/apply", {
    add: ["Found"],
    filter: { q: "b@" },
  });
  await app.runTask(task.id);

  expect(await tags()).toEqual({ Found: 1 });
});

test("merging gives each contact the other tag once; the old name can be reused at once", async () => {
  await app.ask("POST", "/tags/apply", { add: ["Customer"], ids: ids.slice(0, 2) });
  await app.ask("POST", "/tags/apply", { add: ["Client"], ids: ids.slice(1) });
  const [from, into] = [await tagId("customer"), await tagId("client")];

  await app.ask("PATCH", `/tags/${from}`, { name: "CLIENT" }, 409);
  await app.ask("POST", `/tags/${from}/merge`, { into: from }, 422);
  const task = await app.ask<{ id: number }>("POST", `/tags/${from}/merge`, { into });
  await app.ask("POST", "/tags", { name: "customer" });
  await app.runTask(task.id);

  expect(await tags()).toEqual({ Client: 3, customer: 0 });
});

test("a removed tag is taken off its contacts, and deleting a contact updates the counts", async () => {
  await app.ask("POST", "/tags/apply", { add: ["Gone", "Kept"], ids });
  await app.ask("DELETE", `/contacts/${ids[0]}`);
  const task = await app.ask<{ id: number }>("DELETE", `/tags/${await tagId("gone")}`);
  await app.runTask(task.id);

  expect(await tags()).toEqual({ Kept: 2 });
  const left = app.db().prepare("SELECT count(*) AS n FROM contact_tag").get();
  expect(left).toEqual({ n: 2 });
});

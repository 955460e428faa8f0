import { afterEach, beforeEach, expect, test } from "bun:test";
import { removeOldEvents } from "../../../../server/features/events/events.service.ts";
import { type AudienceApp, newAudienceApp } from "../../../support/audience.ts";

let app: AudienceApp;
let contactId = 0;
beforeEach(async () => {
  app = newAudienceApp();
  contactId = (await app.ask<{ id: number }>("POST", "/contacts", { email: "a@example.com" })).id;
});
afterEach(() => app.close());

type Result = { outcome: string; contactId: number | null; problems: { field: string }[] };
type Page = { items: { name: string; properties: object }[]; nextCursor: string | null };
const count = (rule: object) =>
  app.ask<{ count: number }>("POST", "/segments/preview", { rule }).then((one) => one.count);

test("an event is stored once for its key, found by segments, and listed with its contact", async () => {
  const event = {
    name: "Bought",
    email: "A@example.com",
    key: "order-1",
    properties: { item: "Tea", price: 4.5, gift: true },
  };

  expect(await app.ask<Result>("POST", "/events", event)).toMatchObject({
    outcome: "stored",
    contactId,
  });
  expect(await app.ask<Result>("POST", "/events", event)).toMatchObject({ outcome: "known" });

  expect((await app.ask<Page>("GET", `/contacts/${contactId}/events`)).items).toMatchObject([
    { name: "Bought", properties: { item: "Tea", price: 4.5, gift: true } },
  ]);
  const where = [{ property: "price", is: "gte", value: 4.5 }];
  expect(await count({ event: "Bought", where, withinDays: 1 })).toBe(1);
  expect(await count({ event: "Bought", atLeast: 2 })).toBe(0);
  expect(await app.ask("GET", "/events/names")).toMatchObject({
    items: [{ name: "Bought", count: 1 }],
  });
});

test("a batch returns a result for each item, and a refused item leaves nothing", async () => {
  const { items } = await app.ask<{ items: Result[] }>("POST", "/events/batch", {
    items: [
      { name: "Seen", contactId },
      { name: "Seen", email: "nobody@example.com" },
      { name: "Seen", email: "new@example.com", createContact: true },
      { name: "Seen", contactId, properties: { "a.b": 1, nested: {} } },
      { name: "Ahead", contactId, at: Date.now() + 10 * 86_400_000 },
      { name: "Seen", contactId, email: "a@example.com" },
      { name: "Seen", contactId: 999 },
    ],
  });

  expect(items.map(({ outcome }) => outcome)).toEqual([
    "stored",
    "rejected",
    "stored",
    "rejected",
    "rejected",
    "rejected",
    "rejected",
  ]);
  expect(items[3]?.problems.map(({ field }) => field)).toEqual([
    "properties.a.b",
    "properties.nested",
  ]);
  expect(await count({ event: "Seen" })).toBe(2);
  expect(await app.ask("GET", "/events/names")).toMatchObject({
    items: [{ name: "Seen", count: 2 }],
  });
});

test("a thousand events are accepted at once, one more is not, and paging returns them all", async () => {
  const items = Array.from({ length: 1_000 }, (_, i) => ({
    name: "Visit",
    contactId,
    at: 1_000 + i,
  }));
  const stored = await app.ask<{ items: Result[] }>("POST", "/events/batch", { items });
  expect(stored.items.every(({ outcome }) => outcome === "stored")).toBe(true);
  await app.ask("POST", "/events/batch", { items: [...items, items[0]] }, 422);

  let seen = 0;
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: Page = await app.ask(
      "GET",
      `/contacts/${contactId}/events?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    seen += page.items.length;
    cursor = page.nextCursor;
  }
  expect(seen).toBe(1_000);
});

test("events are removed after two years, and with their contact", async () => {
  await app.ask("POST", "/events", { name: "Old", contactId });
  await app.ask("POST", "/events", { name: "New", contactId });
  app.db().exec("UPDATE custom_event SET received_at = 0 WHERE id = 1");

  expect(removeOldEvents(app.db(), Date.now(), 100)).toBe(1);
  await app.ask("DELETE", `/contacts/${contactId}`);
  expect(app.db().prepare("SELECT count(*) FROM custom_event").pluck().get()).toBe(0);
});

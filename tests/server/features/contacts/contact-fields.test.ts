import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFieldValue } from "../../../../server/features/contacts/contacts.rules.ts";
import { type AudienceApp, newAudienceApp } from "../../../support/audience.ts";

let app: AudienceApp;
beforeEach(() => {
  app = newAudienceApp();
});
afterEach(() => app.close());

type Field = { id: number; key: string; oldKey: string | null };
type Contact = { id: number; fields: Record<string, unknown>; [name: string]: unknown };
type Task = { id: number; state: string; doneCount: number };

const field = (body: Record<string, unknown>) => app.ask<Field>("POST", "/contact-fields", body);
const contact = (email: string, body: Record<string, unknown> = {}) =>
  app.ask<Contact>("POST", "/contacts", { email, ...body });

test("several choices and web addresses are validated, and invalid values are named", async () => {
  await field({ label: "Interests", type: "multi_choice", choices: ["Tea", "Coffee", "Cake"] });
  await field({ label: "Home page", key: "home", type: "url" });

  const { fields } = await contact("a@example.com", {
    fields: { interests: ["cake", "Tea", "tea"], home: "example.com/me" },
  });
  expect(fields).toEqual({ interests: ["Tea", "Cake"], home: "https://example.com/me" });

  const refused = await app.ask<{ fields: { field: string }[] }>(
    "POST",
    "/contacts",
    { email: "b@example.com", fields: { interests: ["Beer"], home: "javascript:alert(1)" } },
    422,
  );
  expect(refused.fields.map((one) => one.field)).toEqual(["fields.interests", "fields.home"]);
});

test("a cell of a file has several choices separated by semicolons or bars", () => {
  const spec = { key: "k", label: "K", type: "multi_choice" as const, choices: ["A b", "C"] };

  expect(readFieldValue(spec, "c; a B")).toEqual({ value: ["A b", "C"] });
  expect(readFieldValue(spec, "C|")).toEqual({ value: ["C"] });
  expect(readFieldValue(spec, " ; ")).toEqual({ value: undefined });
  expect(readFieldValue(spec, "C;X")).toHaveProperty("fault");
});

test("time zone, country and city are validated and stored", async () => {
  const made = await contact("a@example.com", {
    timeZone: "europe/berlin",
    country: "de",
    city: " Köln ",
  });
  expect([made["timeZone"], made["country"], made["city"]]).toEqual([
    "Europe/Berlin",
    "DE",
    "Köln",
  ]);

  const refused = await app.ask<{ fields: { field: string }[] }>(
    "PATCH",
    `/contacts/${made.id}`,
    { timeZone: "Middle/Earth", country: "ZZ" },
    422,
  );
  expect(refused.fields.map((one) => one.field)).toEqual(["timeZone", "country"]);
});

test("a renamed field keeps its values, also those edited during the move", async () => {
  const { id } = await field({ label: "Plan", type: "text" });
  const first = await contact("a@example.com", { fields: { plan: "pro" } });
  const second = await contact("b@example.com", { fields: { plan: "free" } });

  const renamed = await app.ask<Field>("PATCH", `/contact-fields/${id}`, { key: "tier" });
  expect(renamed).toMatchObject({ key: "tier", oldKey: "plan" });
  await app.ask("PATCH", `/contacts/${first.id}`, { fields: { tier: "max" } });
  await app.ask("PATCH", `/contacts/${second.id}`, { firstName: "Bo" });
  await app.ask("POST", "/contact-fields", { label: "Plan", type: "text" }, 409);
  const [task] = (await app.ask<{ items: Task[] }>("GET", "/tasks")).items;
  await app.runTask(task?.id ?? 0);

  const values = await Promise.all(
    [first, second].map(({ id }) => app.ask<Contact>("GET", `/contacts/${id}`)),
  );
  expect(values.map(({ fields }) => fields)).toEqual([{ tier: "max" }, { tier: "free" }]);
  expect(await app.ask<{ items: Field[] }>("GET", "/contact-fields")).toMatchObject({
    items: [{ key: "tier", oldKey: null }],
  });
});

test("a removed field disappears at once, then its values and index, and then its key is free", async () => {
  const { id } = await field({ label: "Plan", type: "text" });
  const made = await contact("a@example.com", { fields: { plan: "pro" } });

  const task = await app.ask<Task>("DELETE", `/contact-fields/${id}`);
  expect(await app.ask<{ items: Field[] }>("GET", "/contact-fields")).toEqual({ items: [] });
  await app.runTask(task.id);

  expect(await app.ask<Task>("GET", `/tasks/${task.id}`)).toMatchObject({
    state: "done",
    doneCount: 1,
  });
  await field({ label: "Plan", type: "number" });
  expect((await app.ask<Contact>("GET", `/contacts/${made.id}`)).fields).toEqual({});
});

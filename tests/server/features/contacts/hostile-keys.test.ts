import { afterEach, beforeEach, expect, test } from "bun:test";
import { renderSource } from "../../../../server/delivery/render/liquid-engine.ts";
import { fieldOrDefault } from "../../../../server/delivery/render/segments.ts";
import { addressHint } from "../../../../server/platform/email-address.ts";
import { contactFields } from "../../../support/campaign-content.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { type Guess, ImportFixture } from "../imports/import-fixture.ts";

// Names that every JavaScript object has. A field, a header, a property or a JSON key may have such a name, and must
// then mean its owner's value or nothing.

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

type Contact = { id: number; fields: Record<string, unknown> };

const addField = (key: string, type = "text") =>
  fixture.call<{ id: number }>("POST", "/contact-fields", { label: key, key, type });
const addContact = async (email: string, fields: Record<string, unknown> = {}) =>
  (await fixture.call<Contact>("POST", "/contacts", { email, fields })).body;

async function exportedLines(): Promise<string[]> {
  const who = { role: "admin" as const, workspaceId: fixture.workspace.id };
  const path = `${fixture.base}/exports`;
  const started = await fixture.app.call(who, "POST", path, {
    kind: "contacts",
    columns: ["constructor"],
    byteOrderMark: false,
  });
  const { id } = (await started.json()) as { id: number };
  await runTaskOf(fixture.app, fixture.workspace.id, id);
  const file = await fixture.app.call(who, "GET", `${path}/${id}/file`);
  return (await file.text()).trimEnd().split("\r\n");
}

test("a field called constructor is empty for a contact without a value, and has its value otherwise", async () => {
  await addField("constructor");
  const without = await addContact("a@example.com");
  await addContact("b@example.com", { constructor: "mason" });

  expect(await exportedLines()).toEqual([
    "email,status,constructor:text",
    "b@example.com,mailable,mason",
    "a@example.com,mailable,",
  ]);
  const read = await fixture.call<Contact>("GET", `/contacts/${without.id}`);
  expect(Object.keys(read.body.fields)).toEqual([]);
});

test("a change of a field called constructor is recorded as from empty", async () => {
  await addField("constructor");
  const { id } = await addContact("a@example.com");
  await fixture.call("PATCH", `/contacts/${id}`, { fields: { constructor: "mason" } });
  const timeline = await fixture.call<{ items: { kind: string; detail: string }[] }>(
    "GET",
    `/contacts/${id}/timeline`,
  );
  const details = timeline.body.items.map(({ detail }) => detail).join("\n");

  expect(details).toContain('{"fields.constructor":{"from":null,"to":"mason"}}');
});

/** With JSON written by hand: an object literal would set the prototype. */
const send = (method: string, path: string, json: string) =>
  fixture.app.app.handle(
    new Request(`http://localhost/api/v1${fixture.base}${path}`, {
      method,
      headers: {
        "x-test-actor": `editor ${fixture.workspace.id}`,
        "content-type": "application/json",
      },
      body: json,
    }),
  );

test("unknown field keys are refused by name, and change nothing", async () => {
  const { id } = await addContact("a@example.com");
  for (const key of ["constructor", "toString", "hasOwnProperty"]) {
    const answer = await send("PATCH", `/contacts/${id}`, `{"fields":{"${key}":"x"}}`);
    const problem = (await answer.json()) as { fields: { field: string }[] };
    expect([key, answer.status]).toEqual([key, 422]);
    expect(problem.fields.map(({ field }) => field)).toEqual([`fields.${key}`]);
  }
  // The validator drops this property before any handler sees it.
  await send("PATCH", `/contacts/${id}`, '{"fields":{"__proto__":{"constructor":"x"}}}');

  for (const key of ["__proto__", "toString", "hasOwnProperty"]) {
    const created = await fixture.call("POST", "/contact-fields", { label: "x", key });
    expect(created.status).toBe(422);
  }
  expect(fixture.contacts().map(({ fields }) => fields)).toEqual(["{}"]);
  expect(Reflect.ownKeys(Object.prototype)).not.toContain("x");
});

test("templates print a contact's value under such a name, and nothing else", () => {
  const without = contactFields();
  const withOne = contactFields({ fields: JSON.parse('{"constructor":"mason"}') });
  const names = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];
  for (const name of names) {
    expect(fieldOrDefault(without, name, "")).toBe("");
    expect(fieldOrDefault(without, name, "friend")).toBe("friend");
    const scope = { contact: { ...without.fields } };
    expect(renderSource(`[{{ contact.${name} }}{{ ${name} }}]`, scope, "text")).toBe("[]");
  }
  expect(fieldOrDefault(withOne, "constructor", "")).toBe("mason");
  const scope = { contact: { ...withOne.fields } };
  expect(renderSource("{{ contact.constructor | upcase }}", scope, "html")).toBe("MASON");
});

test("a file's columns, headers and JSON keys may have such names", async () => {
  await addField("constructor");
  const header = "email,constructor,__proto__,toString,hasOwnProperty";
  const { body } = await fixture.upload(`${header}\na@example.com,mason,1,2,3\n`);
  const byName = new Map(body.guesses.map((guess) => [guess.name, guess]));
  expect(byName.get("constructor")).toMatchObject({ target: "field", key: "constructor" });
  expect(byName.get("__proto__")).toMatchObject({ target: "skip" });
  await fixture.startWithoutQuestions(body.id, body.guesses);
  await fixture.run(body.id);

  const json = `email,attributes\nb@example.com,"{""constructor"":""joiner"",""__proto__"":{""x"":1},""toString"":5}"\n`;
  const second = await fixture.upload(json);
  await fixture.start(second.body.id, second.body.guesses as Guess[]);
  await fixture.run(second.body.id);

  expect(fixture.contacts().map(({ fields }) => fields)).toEqual([
    '{"constructor":"mason"}',
    '{"constructor":"joiner","tostring":5}',
  ]);
});

test("a segment can use a field and a property with such a name", async () => {
  await addField("constructor");
  await addContact("a@example.com");
  const { id } = await addContact("b@example.com", { constructor: "mason" });
  const properties = { toString: "yes", constructor: 3 };
  const event = await fixture.call("POST", "/events", { contactId: id, name: "built", properties });
  const count = async (rule: unknown) =>
    await fixture.call<{ count: number; words: string }>("POST", "/segments/preview", { rule });
  const built = (property: string, value: string | number) =>
    count({ event: "built", has: true, where: [{ property, is: "is", value }] });

  expect(event.status).toBe(200);
  expect((await count({ field: "fields.constructor", is: "known" })).body).toMatchObject({
    count: 1,
    words: "Constructor is known",
  });
  for (const field of ["constructor", "toString", "fields.toString", "fields.__proto__"]) {
    expect((await count({ field, is: "known" })).status).toBe(422);
  }
  expect((await built("toString", "yes")).body.count).toBe(1);
  expect((await built("hasOwnProperty", "yes")).body.count).toBe(0);
  expect((await built("__proto__", "yes")).body.count).toBe(0);
});

test("a domain with such a name has no hint", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    expect(addressHint(name)).toBeUndefined();
  }
});

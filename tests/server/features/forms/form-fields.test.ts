import { afterEach, beforeEach, expect, test } from "bun:test";
import { FormFixture, type MadeForm } from "./form-fixture.ts";

let fixture: FormFixture;
let form: MadeForm;
const hostile = 'Cats" & <b>dogs</b>';

beforeEach(async () => {
  fixture = new FormFixture();
  const field = async (label: string, type: string, choices?: string[]) =>
    (await fixture.call("POST", "/contact-fields", { label, type, choices })).body.key;
  const keys = [
    await field("Company", "text"),
    await field("Staff", "number"),
    await field("Over 18", "boolean"),
    await field("Birthday", "date"),
    await field("Size", "choice", ["S", "L"]),
    await field("Topics", "multi_choice", ["Books", hostile, "Films"]),
    await field("Site", "url"),
    // A custom field with the name of a built-in one is a different field.
    await field("City", "text"),
    "first_name",
    "place.country",
    "place.city",
    "place.time_zone",
  ];
  const fields = keys.map((key) => ({ key, required: false }));
  form = await fixture.newForm({ fields, doubleOptIn: false });
});
afterEach(() => fixture.close());

const everything: [string, string][] = [
  ["email", "anna@example.org"],
  ["first_name", "Anna"],
  ["field_company", "A & B"],
  ["field_staff", "12.5"],
  ["field_over_18", "yes"],
  ["field_birthday", "1990-02-28"],
  ["field_size", "L"],
  ["field_topics", hostile],
  ["field_topics", "Books"],
  ["field_site", "example.org/a"],
  ["field_city", "Not the place"],
  ["place.country", "DE"],
  ["place.city", "Köln"],
  ["place.time_zone", "Europe/Berlin"],
];

async function stored() {
  const [contact] = fixture.contacts();
  const { body } = await fixture.call("GET", `/contacts/${contact?.id}`);
  return { fields: body.fields, country: body.country, city: body.city, timeZone: body.timeZone };
}

const whole = {
  fields: {
    company: "A & B",
    staff: 12.5,
    over_18: true,
    birthday: "1990-02-28",
    size: "L",
    topics: ["Books", hostile],
    site: "https://example.org/a",
    city: "Not the place",
  },
  country: "DE",
  city: "Köln",
  timeZone: "Europe/Berlin",
};

test("every kind of field appears on the page and in the snippet, and is stored by its type", async () => {
  const page = await (await fixture.visit(form.path)).text();
  for (const shown of [page, form.snippet]) {
    expect(shown.match(/type="checkbox" name="field_topics"/g)).toHaveLength(3);
    expect(shown).toContain('value="Cats&quot; &amp; &lt;b&gt;dogs&lt;/b&gt;"');
    expect(shown).toContain("<legend>Topics</legend>");
    expect(shown).toContain('<option value="DE">Germany</option>');
    expect(shown).toContain('<option value="Europe/Berlin">');
    expect(shown).toContain('type="date" name="field_birthday"');
    expect(shown).toContain('inputmode="url"');
    expect(shown).not.toContain("<b>dogs");
  }

  await fixture.post(form.path, [...everything, ...Object.entries(await fixture.solved(form))]);
  await fixture.work();

  expect(await stored()).toEqual(whole);
});

test("without scripts it works the same once the address is confirmed; leaving boxes empty later removes nothing", async () => {
  await fixture.post(form.path, everything);
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent[0]), {});
  expect(await stored()).toEqual(whole);

  fixture.now += 86_400_000;
  const second = await fixture.newForm({
    fields: [{ key: "topics", required: false }],
    listIds: [await fixture.newList("News")],
  });
  await fixture.post(second.path, { email: "anna@example.org" });
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent[1]), {});
  expect(fixture.memberships()).toHaveLength(1);
  expect(await stored()).toEqual(whole);
});

test("invalid answers are explained in the form's language beside their field, and the other answers are kept", async () => {
  const german = await fixture.newForm({
    language: "de",
    fields: [
      ...["staff", "birthday", "site", "place.country"].map((key) => ({ key, required: false })),
      { key: "topics", required: true },
    ],
  });
  const wrong = await fixture.post(german.path, [
    ["email", "nobody"],
    ["field_staff", "many"],
    ["field_birthday", "31.31.1990"],
    ["field_site", "javascript:alert(1)"],
    ["place.country", "Atlantis"],
    ["field_topics", "Music"],
    ["field_topics", "Films"],
  ]);
  const html = await wrong.text();

  expect(wrong.status).toBe(422);
  for (const said of ["eine E-Mail-Adresse", "eine Zahl", "ein Datum", "eine Webadresse"]) {
    expect(html).toContain(said);
  }
  expect(html.match(/Bitte wählen Sie eine dieser Möglichkeiten/g)).toHaveLength(2);
  expect(html).toContain('value="Films" checked');
  expect(html).not.toMatch(/is not|is none|neither/);
  const none = await fixture.post(german.path, { email: "a@example.org" });
  expect(await none.text()).toContain("Bitte füllen Sie dieses Feld aus");
  expect(fixture.contacts()).toEqual([]);
});

test("an embedded form offers lists to choose from", async () => {
  const lists = [await fixture.newList("News"), await fixture.newList("Offers")];
  const choosing = await fixture.newForm({ listIds: lists, chooseLists: true });

  expect(choosing.snippet.match(/type="checkbox" name="list"/g)).toHaveLength(2);
  await fixture.post(choosing.path, { email: "anna@example.org", list: String(lists[1]) });
  await fixture.work();
  await fixture.post(fixture.linkIn(fixture.sent[0]), {});
  expect(fixture.memberships().map(([, id]) => id)).toEqual([lists[1] ?? 0]);
});

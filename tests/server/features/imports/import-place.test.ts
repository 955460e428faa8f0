import { afterEach, beforeEach, expect, test } from "bun:test";
import { readWrittenPlace } from "../../../../server/features/contacts/contact-place.rules.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.app.close());

async function load(csv: string) {
  const preview = await fixture.upload(csv);
  await fixture.start(preview.body.id, preview.body.guesses);
  await fixture.run(preview.body.id);
  return preview.body.guesses.map(({ target }) => target);
}

async function placeOf(email: string) {
  type Found = { items: { timeZone: string; country: string; city: string }[] };
  const found = await fixture.call<Found>("GET", `/contacts?q=${encodeURIComponent(email)}`);
  const { timeZone, country, city } = found.body.items[0] ?? {};
  return [timeZone, country, city];
}

test("a place is read from a file, a later file adds to it, and an empty cell removes nothing", async () => {
  const targets = await load(
    "email,Time zone,Land,Stadt\nann@x.example,europe/berlin,Deutschland,Köln\nben@x.example,,US,\n",
  );
  expect(targets).toEqual(["email", "timeZone", "country", "city"]);
  expect(await placeOf("ann@x.example")).toEqual(["Europe/Berlin", "DE", "Köln"]);
  expect(await placeOf("ben@x.example")).toEqual(["", "US", ""]);

  await load("email,country,city\nann@x.example,,Bonn\nben@x.example,Atlantis,Reno\n");
  expect(await placeOf("ann@x.example")).toEqual(["Europe/Berlin", "DE", "Bonn"]);
  // An unreadable value is dropped, and the person is imported.
  expect(await placeOf("ben@x.example")).toEqual(["", "US", "Reno"]);
});

test("a custom field with that name still gets the column", async () => {
  await fixture.call("POST", "/contact-fields", { key: "city", label: "City", type: "text" });
  const preview = await fixture.upload("email,City,Country\nann@x.example,Köln,DE\n");

  expect(preview.body.guesses.map(({ target, key }) => key ?? target)).toEqual([
    "email",
    "city",
    "country",
  ]);
});

test("tags are read from a product's column, whatever its separator", async () => {
  await load(
    'Email Address,OPTIN_TIME,TAGS\nann@x.example,2026-01-01,"""VIP"",""Customer"""\nben@x.example,2026-01-01,VIP; New | Old\n',
  );
  const tags = fixture.db
    .prepare<[], { name: string; n: number }>(
      "SELECT name, contact_count AS n FROM tag ORDER BY name",
    )
    .all();

  expect(tags).toEqual([
    { name: "Customer", n: 1 },
    { name: "New", n: 1 },
    { name: "Old", n: 1 },
    { name: "VIP", n: 2 },
  ]);
});

test("countries are read by code and by name, and never as a state that no longer exists", () => {
  const country = (written: string) =>
    readWrittenPlace({ timeZone: "", city: "", country: written }).country;

  expect(
    ["de", "Germany", "deutschland", "Österreich", "France", "United Kingdom"].map(country),
  ).toEqual(["DE", "DE", "DE", "AT", "FR", "GB"]);
  expect(["Atlantis", "", "<b>", "ZZ"].map(country)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

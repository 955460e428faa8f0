import { afterEach, beforeEach, expect, test } from "bun:test";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

type Named = { wholeFile: string | null; nameSays: string | null; headings: string[] };

test.each([
  ["Unsubscribed contacts\na@x.example\n", "unsubscribed", ["Unsubscribed contacts"]],
  ["Bounced addresses\na@x.example\n", "hard_bounce", ["Bounced addresses"]],
  ["Email (opted out)\na@x.example\n", "unsubscribed", ["Email (opted out)"]],
  ["unsubscribed_email,name\na@x.example,X\n", "unsubscribed", ["unsubscribed_email"]],
  [
    "Liste der Abgemeldeten;;\nemail;name;\na@x.example;A;\n",
    "unsubscribed",
    ["Liste der Abgemeldeten"],
  ],
  [
    "Export,,\nBlacklist, April,\nname,email,city\nA,a@x.example,Bonn\n",
    "unsubscribed",
    ["Blacklist"],
  ],
])("a heading that means no applies to everybody below it: %j", async (csv, reason, headings) => {
  const { body } = await fixture.upload(csv);
  const check = await fixture.check(body.id, body.guesses);
  expect(check as unknown as Named).toMatchObject({
    wholeFile: reason,
    nameSays: reason,
    headings,
  });
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(fixture.suppressed()).toEqual({ "a@x.example": reason });
});

test("a person may say that a heading is about something else", async () => {
  const { body } = await fixture.upload("unsubscribed_email,name\na@x.example,X\n");
  await fixture.start(body.id, body.guesses, { wholeFileIgnored: true });
  await fixture.run(body.id);
  expect(await fixture.get(body.id)).toMatchObject({ created: 1 });
  expect(fixture.suppressed()).toEqual({});
});

test.each([
  "email,name\na@x.example,A\n",
  "Newsletter members\na@x.example\n",
  "email,Unsubscribed,Bounced\na@x.example,no,no,\n",
])("other headings say nothing of the whole file: %j", async (csv) => {
  const { body } = await fixture.upload(csv);
  const check = await fixture.check(body.id, body.guesses);
  expect(check as unknown as Named).toMatchObject({ wholeFile: null, headings: [] });
});

// A column named like a mail switch makes every value a question; until it is answered, its people are not mailed.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const mailable = async () => {
  const { body } = await fixture.call<{ items: { email: string }[] }>(
    "GET",
    "/contacts?status=mailable",
  );
  return body.items.map(({ email }) => email).sort();
};

const rows = ["a@x.example,1", "b@x.example,0", "c@x.example,vielleicht", "d@x.example,"];

test.each(["mail_flag", "Newsletter-Kennzeichen", "contact Y/N switch"])(
  "%s: every value is a question, with or without a yes or no beside it",
  async (name) => {
    for (const file of [rows, ["c@x.example,vielleicht", "e@x.example,gelb"]]) {
      const { body } = await fixture.upload([`email,${name}`, ...file].join("\n"));
      await fixture.start(body.id, body.guesses, { onDuplicate: "update" });
      await fixture.run(body.id);
    }
    expect(await mailable()).toEqual(["d@x.example"]);

    const decided = await fixture.upload([`email,${name}`, "f@x.example,vielleicht"].join("\n"));
    await fixture.start(decided.body.id, decided.body.guesses, {
      statusDecisions: [{ column: 1, value: "vielleicht", meaning: "subscribed" }],
    });
    await fixture.run(decided.body.id);
    expect(await mailable()).toEqual(["d@x.example", "f@x.example"]);
  },
);

test("numbers beside 0 and 1 under a hint are third values too", async () => {
  const { body } = await fixture.upload("email,mail_group\na@x.example,1\nb@x.example,2\n");
  expect((await fixture.start(body.id, body.guesses)).status).toBe(422);
});

test("personal names in such a column cause no question", async () => {
  const { body } = await fixture.upload("email,Contact owner\na@x.example,Ann\nb@x.example,Ben\n");
  expect((await fixture.check(body.id, body.guesses)).columns).toEqual([]);
});

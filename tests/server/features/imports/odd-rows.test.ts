import { afterEach, beforeEach, expect, test } from "bun:test";
import { AnswerTally } from "../../../../server/features/imports/answer-tally.rules.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const asks = (name: string, cells: string[]) => {
  const tally = new AnswerTally(name);
  for (const cell of cells) {
    tally.add(cell);
  }
  return tally.question() !== undefined;
};

test("mixed spellings of yes and no, or an odd value, do not disable a question", () => {
  expect(asks("is_active", ["0", "f", "t", "1.0", "0.0", ""])).toBe(true);
  expect(asks("is_active", ["0", "1", "1", "2"])).toBe(true);
  expect(asks("flag7", ["0", "f", "t", "1.0", "0.0", ""])).toBe(true);
  expect(asks("flag7", [...Array.from({ length: 40 }, (_, n) => String(n % 2)), "7"])).toBe(true);
  expect(asks("children", ["0", "1", "2", "3", "0"])).toBe(false);
});

test("1.0 and 0.0 are 1 and 0 where a column asks for consent", async () => {
  const { body } = await fixture.upload("email,optin\na@x.example,1.0\nb@x.example,0.0\n");
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(fixture.suppressed()).toEqual({ "b@x.example": "unsubscribed" });
});

const SHIFTED =
  "email,status\na@x.example,subscribed,unsubscribed\nb@x.example,subscribed,,\n" +
  "c@x.example,subscribed,Bonn\nd@x.example,subscribed,,bounced\n";

test("a row with cells beyond the header is not mailed, and the check reports it", async () => {
  const { body } = await fixture.upload(SHIFTED);
  const { columns } = await fixture.check(body.id, body.guesses);
  expect(columns.find(({ column }) => column === 2)?.values).toEqual([
    { value: "Bonn", as: "value", says: "unclear", rows: 1 },
    { value: "unsubscribed", as: "value", says: "unsubscribed", rows: 1 },
    { value: "bounced", as: "value", says: "bounced", rows: 1 },
  ]);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(fixture.suppressed()).toEqual({
    "a@x.example": "unsubscribed",
    "c@x.example": "unclear",
    "d@x.example": "hard_bounce",
  });
});

test("a person can decide what cells beyond the header mean", async () => {
  const { body } = await fixture.upload(SHIFTED);
  const statusDecisions = [{ column: 2, value: "Bonn", meaning: "nothing" }];
  expect((await fixture.start(body.id, body.guesses, { statusDecisions })).status).toBe(200);
  await fixture.run(body.id);
  expect(fixture.suppressed()).toEqual({
    "a@x.example": "unsubscribed",
    "d@x.example": "hard_bounce",
  });
});

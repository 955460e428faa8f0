// A JSON cell means no if its keys do, and never means yes. Values that are not understood become questions.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  jsonReader,
  statusReader,
  wordsReader,
} from "../../../../server/features/imports/status-values.rules.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const many = JSON.stringify(Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [n, n])));

/** A cell, and what it says under Status, under Subscribed, under a name that hints at mail, and under any other. */
const cells: [cell: string, status: string, subscribed: string, hint: string, other: string][] = [
  [`{"marketing": false}`, "unsubscribed", "unsubscribed", "unsubscribed", "unsubscribed"],
  [`{"marketing": true}`, "unclear", "unclear", "nothing", "nothing"],
  [`{"email":"opted_out"}`, "unsubscribed", "unsubscribed", "unsubscribed", "unsubscribed"],
  [`{"any key":"do_not_contact"}`, "unsubscribed", "unsubscribed", "unsubscribed", "unsubscribed"],
  [`["bounced"]`, "bounced", "bounced", "bounced", "bounced"],
  [`["newsletter"]`, "unclear", "unclear", "nothing", "nothing"],
  [`[{"list":"News","status":"gone"}]`, "unclear", "unclear", "unclear", "unclear"],
  [`[{"list":"News","status":"active"}]`, "unclear", "unclear", "nothing", "nothing"],
  [
    `{"email":{"marketing":{"consent":"UNSUBSCRIBED"}}}`,
    ...(["unsubscribed", "unsubscribed", "unsubscribed", "unsubscribed"] as const),
  ],
  [`{"sms":{"consent":"UNSUBSCRIBED"}}`, "unclear", "unclear", "unclear", "unclear"],
  [`{"bounced": false}`, "unclear", "unclear", "nothing", "nothing"],
  [`{"bounced": true}`, "bounced", "bounced", "bounced", "bounced"],
  [`{"subscribed": true, "spam": 1}`, "complained", "complained", "complained", "complained"],
  [`{"newsletter_flag": 0}`, "unclear", "unclear", "unclear", "unclear"],
  [`{"value": false}`, "unclear", "unclear", "unclear", "nothing"],
  [`{"city": "Bern", "age": 44}`, "unclear", "unclear", "nothing", "nothing"],
  // As Python prints it, and truncated by a limit of the product that wrote it.
  [`{'subscribed': False}`, "unsubscribed", "unsubscribed", "unsubscribed", "unsubscribed"],
  [`{"subscribed":false,"na`, "unsubscribed", "unsubscribed", "unsubscribed", "unsubscribed"],
  [many, "unclear", "unclear", "unclear", "unclear"],
  // No JSON.
  ["[VIP] customer", "unclear", "unclear", "nothing", "nothing"],
];

test.each(cells)("%s", (cell, status, subscribed, hint, other) => {
  const said = [
    statusReader("Status"),
    statusReader("Subscribed"),
    wordsReader("mail_group"),
    wordsReader("Info"),
  ].map((read) => read(cell).says);
  expect(said).toEqual([status, subscribed, hint, other] as typeof said);
});

test("an object under the name of a refusal is its detail, unless its keys say something else", () => {
  const read = statusReader("Email Suppressions");
  expect(read(`[{"reason":"USER","at":"2026-01-01"}]`)).toEqual({ says: "suppressed", as: "text" });
  expect(read(`{"suppressed": false}`)).toEqual({ says: "unclear", as: "value" });
});

test("an object of fields means what its keys mean", () => {
  const read = jsonReader(false);
  expect(read(`{"optedOut": true}`).says).toBe("unsubscribed");
  expect(read(`{"optedOut": false}`).says).toBe("nothing");
  expect(read(`{"consent": "perhaps"}`).says).toBe("unclear");
});

test("nobody whose JSON is not understood is mailed until somebody decides, in any kind of column", async () => {
  const csv = [
    "email,Status,Info,attributes",
    `a@x.example,active,"{""consent"":""perhaps""}",`,
    `b@x.example,active,,"{""consent"":""perhaps""}"`,
    `c@x.example,"{""plan"":""gold""}",,`,
    `d@x.example,active,"{""plan"":""gold""}","{""city"":""Bern""}"`,
    `e@x.example,active,"{""marketing"":false}",`,
  ].join("\n");
  const mapping = ["email", "status", "skip", "attributes"].map((target, column) => ({
    name: "",
    column,
    target,
  }));
  const mailable = async () => {
    const { body } = await fixture.call<{ items: { email: string }[] }>(
      "GET",
      "/contacts?status=mailable",
    );
    return body.items.map(({ email }) => email).sort();
  };
  const first = await fixture.upload(csv);
  const check = await fixture.check(first.body.id, mapping);
  const open = check.columns.flatMap(({ name, values }) =>
    values.filter(({ says }) => says === "unclear").map(({ value }) => `${name}: ${value}`),
  );
  expect(open).toEqual([
    `Status: {"plan":"gold"}`,
    `Info: {"consent":"perhaps"}`,
    `attributes: {"consent":"perhaps"}`,
  ]);

  await fixture.start(first.body.id, mapping, { onDuplicate: "update" });
  await fixture.run(first.body.id);
  expect(await mailable()).toEqual(["d@x.example"]);

  const decided = await fixture.upload(csv.replaceAll("@x.", "@y."));
  await fixture.start(decided.body.id, mapping, {
    onDuplicate: "update",
    statusDecisions: [1, 2, 3].map((column) => ({ column, value: null, meaning: "subscribed" })),
  });
  await fixture.run(decided.body.id);
  expect(await mailable()).toEqual(
    ["a@y.example", "b@y.example", "c@y.example", "d@x.example", "d@y.example"].sort(),
  );
});

test("a key that means something to programs becomes no field", async () => {
  const json = `{"constructor":"x","__proto__":"y","prototype":"z","plan":"gold"}`;
  const { body } = await fixture.upload(
    `email,attributes\na@x.example,"${json.replaceAll('"', '""')}"\n`,
  );
  await fixture.startWithoutQuestions(body.id, body.guesses);
  await fixture.run(body.id);
  expect(fixture.contacts().map(({ fields }) => fields)).toEqual(['{"plan":"gold"}']);
});

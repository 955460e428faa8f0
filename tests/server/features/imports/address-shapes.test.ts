import { afterEach, beforeEach, expect, test } from "bun:test";
import { readAddressCell } from "../../../../server/features/imports/address-cell.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const suppressed = () =>
  Object.fromEntries(
    fixture.db
      .prepare<[], { address: string; reason: string; detail: string }>(
        "SELECT address, reason, detail FROM suppression",
      )
      .all()
      .map(({ address, reason, detail }) => [address, `${reason} ${detail}`.trim()]),
  );

test.each([
  ["Dee <VD@T.example>", "vd@t.example"],
  ['"Lee, Dee" <vd@t.example>', "vd@t.example"],
  ["<vd@t.example>", "vd@t.example"],
  ["mailto:vd@t.example", "vd@t.example"],
  ["mailto:vd@t.example?subject=Hi", "vd@t.example"],
  [" \u200bvd@t.example\ufeff", "vd@t.example"],
  ['"vd@t.example', "vd@t.example"],
  ["'vd@t.example'", "vd@t.example"],
  ["vd@t.example", "vd@t.example"],
])("the address in %j is read", (cell, address) => {
  expect(readAddressCell(cell)).toMatchObject({ address });
});

test.each([
  ["a@x.example <vd@t.example>", ["a@x.example", "vd@t.example"]],
  ["vd@t.example, b@t.example", ["vd@t.example", "b@t.example"]],
  ["v\u200bd@t.example", ["vd@t.example"]],
  ["Dee", []],
])("in a row whose address is %j only a refusal counts", (cell, said) => {
  expect(readAddressCell(cell)).toMatchObject({ fault: expect.any(String), said });
});

test("a refusal applies to its person however the address is written", async () => {
  const csv =
    'email,status\n"Dee <VD@T.example>",unsubscribed\nmailto:ve@t.example,unsubscribed\n' +
    ' \u200bvf@t.example,unsubscribed\n"kb3@t.example,unsubscribed\n' +
    '"vg@t.example; vh@t.example",unsubscribed\nok@t.example,subscribed\n';
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses);
  await fixture.run(body.id);
  expect(Object.keys(suppressed()).sort()).toEqual(
    ["kb3", "vd", "ve", "vf", "vg", "vh"].map((name) => `${name}@t.example`),
  );
});

test("an unclear suppression stays one in another workspace, with what was not understood", async () => {
  const csv =
    "email,status,source,detail,created_at,expires_at\n" +
    "a@x.example,unclear,import:3,gold,2026-01-01T00:00:00.000Z,\n" +
    "b@x.example,hard_bounce,bounce,,2026-01-01T00:00:00.000Z,\n";
  const { body } = await fixture.upload(csv);
  await fixture.start(body.id, body.guesses, { into: "suppressions" });
  await fixture.run(body.id);
  expect(suppressed()).toEqual({ "a@x.example": "unclear gold", "b@x.example": "hard_bounce" });
});

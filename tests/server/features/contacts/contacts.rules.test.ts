import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  type FieldSpec,
  fieldKeyFault,
  fieldKeyFrom,
  nameKeys,
  readFieldValue,
} from "../../../../server/features/contacts/contacts.rules.ts";

const spec = (type: FieldSpec["type"], choices: string[] = []): FieldSpec => ({
  key: "x",
  label: "X",
  type,
  choices,
});

describe("reads a cell by the type of its field", () => {
  test.each([
    ["number", "12", 12],
    ["number", "-1.5", -1.5],
    ["number", "1,5", 1.5],
    ["number", "1.234,56", 1234.56],
    ["number", "1,234,567", 1234567],
    ["number", "1 234", 1234],
    ["number", 7, 7],
    ["boolean", "Ja", true],
    ["boolean", "0", false],
    ["boolean", true, true],
    ["date", "2026-02-28", "2026-02-28"],
    ["date", "2026-02-28T10:00:00Z", "2026-02-28"],
    ["date", "28.2.2026", "2026-02-28"],
    ["date", "02/28/2026", "2026-02-28"],
    ["date", "28/02/2026", "2026-02-28"],
    ["date", "02/02/2026", "2026-02-02"],
    ["choice", "GOLD", "gold"],
    ["text", "  hi  ", "hi"],
    ["text", "", undefined],
    ["number", null, undefined],
  ] as const)("%s %p is %p", (type, raw, value) => {
    expect(readFieldValue(spec(type, ["gold", "silver"]), raw)).toEqual({ value });
  });
});

describe("refuses ambiguous and unreadable values", () => {
  test.each([
    ["number", "1,234", '"1,234" could mean two numbers: write 1234 or 1.234'],
    ["number", "12 apples", '"12 apples" is not a number'],
    ["number", "1e999", '"1e999" is too large for a number'],
    ["boolean", "maybe", '"maybe" is neither yes nor no'],
    ["date", "03/04/2026", '"03/04/2026" could mean two dates: write it like 2026-12-31'],
    ["date", "2026-02-30", 'the date "2026-02-30" does not exist'],
    ["choice", "lead", '"lead" is not one of: gold, silver'],
    ["text", { a: 1 }, "is not a single value"],
  ] as const)("%s %p", (type, raw, fault) => {
    expect(readFieldValue(spec(type, ["gold", "silver"]), raw)).toMatchObject({
      fault: { text: fault },
    });
  });
});

test("every label yields a valid field key", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (label) => {
      expect(fieldKeyFault(fieldKeyFrom(label))).toBeUndefined();
    }),
  );
});

test("reading any cell as any type returns a value or a reason", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("text", "number", "boolean", "date", "choice") as fc.Arbitrary<
        FieldSpec["type"]
      >,
      fc.string({ unit: "binary" }),
      (type, raw) => {
        const read = readFieldValue(spec(type, ["a"]), raw);
        return "fault" in read ? read.fault.text !== "" : read.value !== null;
      },
    ),
  );
});

test("names are joined in both orders, and a missing one leaves no gap", () => {
  expect(nameKeys("Zoë ", "VAN  Gogh")).toEqual({
    nameKey: "zoë van gogh",
    lastKey: "van gogh zoë",
  });
  expect(nameKeys("", "Lee")).toEqual({ nameKey: "", lastKey: "lee" });
  expect(nameKeys("Ann", "")).toEqual({ nameKey: "ann", lastKey: "" });
});

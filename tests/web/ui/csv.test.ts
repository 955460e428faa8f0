import { expect, test } from "bun:test";
import { csvText } from "../../../web/src/ui/csv.ts";

test("quotes what would break a row", () => {
  expect(csvText([["a,b", 'say "x"', "line\nbreak", 12]])).toBe(
    '"a,b","say ""x""","line\nbreak",12',
  );
});

test("a cell that a spreadsheet would run stays text, a negative number stays a number", () => {
  expect(csvText([["=HYPERLINK(1)", "@x", -3]])).toBe("'=HYPERLINK(1),'@x,-3");
});

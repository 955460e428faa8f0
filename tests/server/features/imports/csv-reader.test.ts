import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import Papa from "papaparse";
import { CsvReader } from "../../../../server/features/imports/csv-reader.ts";
import type { CsvRow } from "../../../../server/features/imports/csv-rows.rules.ts";

const folder = mkdtempSync(join(tmpdir(), "swiftmail-csv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(
  text: string | Buffer,
  options: { delimiter?: string; columns?: number; from?: number; newline?: "\n" | "\r" } = {},
) {
  const path = join(folder, "file.csv");
  writeFileSync(path, text);
  const { delimiter = ",", columns = 0, from = 0, newline = "\n" } = options;
  const reader = new CsvReader(path, { delimiter, newline, columns }, from);
  const rows: CsvRow[] = [];
  const positions: number[] = [];
  for (let row = reader.next(); row !== undefined; row = reader.next()) {
    rows.push(row);
    positions.push(reader.positionBytes);
  }
  reader.close();
  return { rows, positions, cells: rows.map((row) => row.cells) };
}

describe("reads files from spreadsheets and people", () => {
  test.each([
    [
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "a,b\r\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      '"a,1","b""q"""\r\n"two\r\nlines",x\r\n',
      [
        ["a,1", 'b"q"'],
        ["two\r\nlines", "x"],
      ],
    ],
    ['a,5" pipe\n', [["a", '5" pipe']]],
    ['"5" pipe",x\n', [['5" pipe', "x"]]],
    ['"a" ,"b"  \n', [["a", "b"]]],
    ['"",\n', [["", ""]]],
    ["a\n\nb\n", [["a"], [""], ["b"]]],
    [",,\n", [["", "", ""]]],
    ['"last', [['"last']]],
  ])("%j", (text, cells) => {
    expect(read(text).cells).toEqual(cells);
  });

  test("line ends of old Macs", () => {
    expect(read("a,b\r1,2\r", { newline: "\r" }).cells).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
  });
});

describe("a missing quotation mark costs one row, with the reason", () => {
  const unclosed = "a quotation mark that opens in this row is never closed";

  test("when it is followed by quoted cells of later rows", () => {
    const { rows } = read('1,"a,x\n2,"b",y\n3,c,z\n');

    expect(rows.map((row) => row.cells[0])).toEqual(["1", "2", "3"]);
    expect(rows.map((row) => row.fault)).toEqual([unclosed, undefined, undefined]);
  });

  test("when no other quotation mark comes, in a file of many blocks", () => {
    const later = Array.from({ length: 200_000 }, (_, i) => `${i},b,c`);
    const { rows } = read(`x,"a,b\n${later.join("\n")}\n`);

    expect(rows).toHaveLength(200_001);
    expect(rows[0]).toMatchObject({ cells: ["x", '"a', "b"], fault: unclosed });
    expect(rows.at(-1)?.cells).toEqual(["199999", "b", "c"]);
  });

  test("when a later row closes it by chance, and the row is then too short", () => {
    const { rows } = read('1,x,"a\n2,b"\n3,c,z,w\n', { columns: 4 });

    expect(rows.map((row) => [row.cells[0], row.fault])).toEqual([
      ["1", unclosed],
      ["2", undefined],
      ["3", undefined],
    ]);
  });
});

test("a cell of 10 MB is one cell", () => {
  const big = "x".repeat(10 * 1024 * 1024);
  const { cells } = read(`a,"${big}\n",c\n1,2,3\n`);

  expect(cells).toHaveLength(2);
  expect(cells[0]?.[1]?.length).toBe(big.length + 1);
});

const cell = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.constantFrom("", " ", ",", '"', '""', "\n", "\r\n", "ü", "💌", "a,b", '"a"', "=1"),
);
const table = fc.integer({ min: 2, max: 5 }).chain((columns) =>
  fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
    minLength: 1,
    maxLength: 30,
  }),
);

test("returns any table that is written as RFC 4180 says, like papaparse does", () => {
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(",", ";", "\t", "|"),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      (rows, delimiter, newline, quotes) => {
        // A lone \r is a line end to papaparse and white space to us; this test ignores it.
        const clean = rows.map((row) => row.map((value) => value.replace(/\r(?!\n)/g, "")));
        const text = Papa.unparse(clean, { delimiter, newline, quotes }) + newline;
        expect(read(text, { delimiter }).cells).toEqual(clean);
        expect(read(text, { delimiter, columns: rows[0]?.length ?? 0 }).cells).toEqual(clean);
      },
    ),
    { numRuns: 400 },
  );
});

test("another reader can continue after any row", () => {
  fc.assert(
    fc.property(table, fc.nat(), (rows, pick) => {
      const clean = rows.map((row) => row.map((value) => value.replace(/\r(?!\n)/g, "")));
      const text = `${Papa.unparse(clean, { newline: "\n" })}\n`;
      const { positions } = read(text);
      const at = pick % positions.length;
      expect(read(text, { from: positions[at] ?? 0 }).cells).toEqual(clean.slice(at + 1));
    }),
    { numRuns: 200 },
  );
});

test("any bytes yield rows, and every row advances", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 4 }), (bytes, columns) => {
      const soup = Buffer.from(
        bytes.map((byte) => [34, 44, 10, 13, 65, 195, 169][byte % 9] ?? byte),
      );
      const { positions } = read(Buffer.from(soup.toString("utf8")), { columns });
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(new Set(positions).size).toBe(positions.length);
    }),
    { numRuns: 500 },
  );
});

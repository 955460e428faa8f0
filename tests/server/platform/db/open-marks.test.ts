import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { settleMark } from "../../../../server/platform/db/open-marks.ts";

let folder: string;
let mark: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-marks-"));
  mark = join(folder, "mark");
  writeFileSync(mark, "closing");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a database that another thread has open stays marked as open", () => {
  settleMark(mark, () => true);

  expect(readFileSync(mark, "utf8")).toBe("");
});

test("a database whose last connection is closed by another thread meanwhile leaves no mark", () => {
  const looks = [true, false];

  settleMark(mark, () => looks.shift() ?? false);

  expect(existsSync(mark)).toBe(false);
});

test("closing the last connection removes the mark", () => {
  settleMark(mark, () => false);

  expect(existsSync(mark)).toBe(false);
});

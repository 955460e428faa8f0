import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeOldFiles } from "../../../server/jobs/file-clean-up.ts";

test("removes files last written before that instant, and accepts a missing folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "swiftmail-clean-"));
  for (const [name, seconds] of [
    ["old.csv", 1_000],
    ["new.csv", 3_000],
  ] as const) {
    writeFileSync(join(folder, name), "x");
    utimesSync(join(folder, name), seconds, seconds);
  }

  expect(removeOldFiles(folder, 2_000_000)).toBe(1);
  expect(readdirSync(folder)).toEqual(["new.csv"]);
  rmSync(folder, { recursive: true });
  expect(removeOldFiles(folder, 2_000_000)).toBe(0);
});

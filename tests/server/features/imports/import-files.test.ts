import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asUtf8, importPath } from "../../../../server/features/imports/import-files.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "swiftmail-import-files-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test("two jobs that need the same file in UTF-8 at once, a check and the import, both read all of it", async () => {
  const line = "mülle@x.example,Köln\n";
  writeFileSync(importPath(dataDir, "w_1.csv"), Buffer.from(line.repeat(200_000), "latin1"));
  const convert = async () =>
    readFileSync(await asUtf8(dataDir, "w_1.csv", "windows-1252", false), "utf8");

  const early = convert();
  await Bun.sleep(1);
  const texts = await Promise.all([early, convert()]);

  for (const text of texts) {
    expect(text === line.repeat(200_000)).toBe(true);
  }
});

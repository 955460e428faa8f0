import { expect, test } from "bun:test";
import { join } from "node:path";

const root = join(import.meta.dir, "../../..");

/**
 * Places where a refusal may be created from a sentence: for the text of fields, or for an error from another thread.
 */
const allowed = [
  "server/platform/errors.ts",
  "server/platform/http/unknown-names.ts",
  "server/platform/workers/channel.ts",
];

const withoutCode = /AppError\(\s*[^,]+,\s*\{\s*(\.\.\.[\w.]+,\s*)?text:/;

test("every refusal of the server has a code, but for what its fields or another thread say", async () => {
  const files = [...new Bun.Glob("server/**/*.ts").scanSync(root)];
  const found = await Promise.all(
    files.map(async (path) => ({ path, text: await Bun.file(join(root, path)).text() })),
  );
  const uncoded = found.filter(({ text }) => withoutCode.test(text)).map(({ path }) => path);

  expect(uncoded.sort()).toEqual(allowed);
  expect(withoutCode.test('new AppError("conflict", { text: "It is there." })')).toBe(true);
});

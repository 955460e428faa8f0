import { expect, test } from "bun:test";
import { basename, join } from "node:path";
import { Glob } from "bun";

const server = join(import.meta.dir, "../../server");
/** The compilers of MJML and HTML have 13 MB of code, which takes 35 MB of memory in each thread that loads them. */
const MOST_BYTES = 5_000_000;

async function bytesOf(entry: string): Promise<number> {
  const built = await Bun.build({ entrypoints: [join(server, entry)], target: "bun" });
  const code = built.outputs.filter(({ kind }) => kind === "entry-point");
  return code.reduce((sum, { size }) => sum + size, 0);
}

test("only the rendering thread loads the compilers of MJML and HTML", async () => {
  const workers = [...new Glob("**/*.worker.ts").scanSync(server)];
  const entries = ["start-server.ts", ...workers];

  const sizes = await Promise.all(
    entries.map(async (entry) => [basename(entry), await bytesOf(entry)] as const),
  );

  expect(sizes.length).toBeGreaterThan(8);
  const large = sizes.filter(([, bytes]) => bytes > MOST_BYTES).map(([name]) => name);
  expect(large).toEqual(["render.worker.ts"]);
});

// `bun run bench <name> [arguments]` runs tests/bench/<name>.ts, which prints a table and, as its last line, JSON.
import { existsSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dir, "../tests/bench");
const [name, ...rest] = process.argv.slice(2);
const known = existsSync(folder)
  ? [...new Bun.Glob("*.ts").scanSync({ cwd: folder })]
      .map((file) => file.replace(".ts", ""))
      .sort()
  : [];

if (name === undefined || !known.includes(name)) {
  console.error(`usage: bun run bench <name>; available: ${known.join(", ") || "none yet"}`);
  process.exit(2);
}
const run = Bun.spawn([process.execPath, join(folder, `${name}.ts`), ...rest], {
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
});
process.exit(await run.exited);

// `bun run demo`: installs what is missing, builds the executable, and runs its own `demo` in an empty folder.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "..");
// On a machine that has bun only through npx, package scripts find no `bun`.
process.env["PATH"] = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;

async function run(words: string[]): Promise<void> {
  const child = Bun.spawn(words, {
    cwd: root,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  const code = await child.exited;
  if (code !== 0) {
    console.error(`${words.join(" ")} failed with exit code ${code}; see the output above`);
    process.exit(1);
  }
}

if (!existsSync(join(root, "node_modules/.bin/vite"))) {
  await run([process.execPath, "install", "--frozen-lockfile"]);
}
await run([process.execPath, "scripts/build.ts"]);

const demo = Bun.spawn([join(root, "dist/swiftmail"), "demo"], {
  cwd: root,
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => demo.kill(signal));
}
process.exit(await demo.exited);

// `bun run check` runs all checks with one command, the same here and in CI. It needs only bun to start, so it imports
// no package. With CI=true a missing part is a failure and is never skipped.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { canInstallPackages, installPackages, missingPackages } from "./debian-packages.ts";
import { runGroup, type TestRun, testGroups } from "./test-groups.ts";

type Step = { name: string; ok: boolean; seconds: number; note: string };

const root = join(import.meta.dir, "..");
const inCi = process.env["CI"] === "true";
const steps: Step[] = [];
const runs: TestRun[] = [];

// On a machine that has bun only through npx, package scripts find no `bun`.
process.env["PATH"] = `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`;

async function step(
  name: string,
  work: () => Promise<{ ok: boolean; note?: string }>,
): Promise<boolean> {
  console.log(`\n── ${name}`);
  const startedAt = performance.now();
  let result: { ok: boolean; note?: string };
  try {
    result = await work();
  } catch (error) {
    result = { ok: false, note: error instanceof Error ? error.message : String(error) };
  }
  const seconds = (performance.now() - startedAt) / 1000;
  steps.push({ name, ok: result.ok, seconds, note: result.note ?? "" });
  return result.ok;
}

/** Runs bun with arguments; true when it exits with 0. */
async function bun(...parameters: string[]): Promise<{ ok: boolean }> {
  const run = Bun.spawn([process.execPath, ...parameters], {
    cwd: root,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return { ok: (await run.exited) === 0 };
}

const tool = (path: string) => join("node_modules", path);

async function install(): Promise<{ ok: boolean; note?: string }> {
  if (existsSync(join(root, "node_modules/.bin/tsc"))) {
    return { ok: true, note: "already there" };
  }
  return await bun("install", "--frozen-lockfile");
}

async function debianPackages(): Promise<{ ok: boolean; note?: string }> {
  const missing = missingPackages();
  if (missing.length === 0) {
    return { ok: true, note: "all installed" };
  }
  if (canInstallPackages()) {
    const ok = await installPackages(missing);
    return { ok, note: `installed ${missing.join(" ")}` };
  }
  const instruction = `run: sudo apt-get install --no-install-recommends ${missing.join(" ")}`;
  console.log(`Packages that the tests need are missing. On Debian or Ubuntu ${instruction}`);
  return { ok: !inCi, note: `missing ${missing.join(" ")}` };
}

/** Lint rules that are switched off in the code. Each needs its reason beside it, and the number may only fall. */
function suppressions(): string {
  const files = ["server", "web", "scripts", "tests"].flatMap((folder) => [
    ...new Bun.Glob(`${folder}/**/*.{ts,tsx,css}`).scanSync({ cwd: root }),
  ]);
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .filter((line) => /^\s*(\/\/|\/\*|\{\/\*)\s*(biome-ignore|@ts-expect-error)/.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  for (const line of found) {
    console.log(line);
  }
  return `${found.length} suppressions`;
}

async function gates(): Promise<void> {
  await step("debian packages", debianPackages);
  await step("asset manifest", () => bun("scripts/gen-stub.ts"));
  await step("biome", async () => {
    const { ok } = await bun(
      tool("@biomejs/biome/bin/biome"),
      "check",
      ".",
      "--max-diagnostics=50",
    );
    return { ok, note: suppressions() };
  });
  await step("tsc", () => bun(tool("typescript/bin/tsc"), "-p", "."));
  await step("import rules", () =>
    bun(
      tool("dependency-cruiser/bin/dependency-cruiser.mjs"),
      "--config",
      ".dependency-cruiser.cjs",
      "server",
      "web/src",
    ),
  );
  await step("dead code", () => bun(tool("knip/bin/knip.js"), "--no-config-hints"));
  await step("build", () => bun("scripts/build.ts"));
}

async function tests(): Promise<void> {
  for (const group of testGroups(root)) {
    await step(`tests/${group}`, async () => {
      const run = await runGroup(root, group);
      runs.push(run);
      const skipped = run.skipped > 0 ? `, ${run.skipped} skipped` : "";
      return {
        ok: run.ok && !(inCi && run.skipped > 0),
        note: `${run.passed} passed, ${run.failed} failed${skipped}`,
      };
    });
  }
}

function summary(): number {
  console.log("\n── summary");
  for (const { name, ok, seconds, note } of steps) {
    console.log(
      `${ok ? "ok  " : "FAIL"} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(7)} s  ${note}`,
    );
  }
  const seconds = steps.reduce((sum, each) => sum + each.seconds, 0);
  const bad = steps.filter(({ ok }) => !ok);
  console.log(
    bad.length === 0
      ? `all checks passed, ${seconds.toFixed(0)} s`
      : `${bad.length} of ${steps.length} checks failed: ${bad.map(({ name }) => name).join(", ")}; ${seconds.toFixed(0)} s`,
  );
  const sum = (key: "passed" | "failed") => runs.reduce((total, run) => total + run[key], 0);
  console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
  return bad.length === 0 ? 0 : 1;
}

if (await step("install", install)) {
  await gates();
  await tests();
}
process.exit(summary());

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { planted } from "./fixtures/architecture/planted.ts";

const root = join(import.meta.dir, "..");
const MAX_LINES = 400;

type Violation = { from: string; to: string; rule: { name: string } };
type Cruise = { summary: { totalCruised: number; violations: Violation[] } };

/** Runs dependency-cruiser with the project's rules over folders of a tree. */
async function cruise(cwd: string, folders: string[]): Promise<Cruise> {
  const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const rules = join(root, ".dependency-cruiser.cjs");
  const run = Bun.spawn(
    [process.execPath, cruiser, "--config", rules, "--output-type", "json", ...folders],
    { cwd, stdout: "pipe", stderr: "pipe" },
  );
  const [out, err] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ]);
  if (!out.startsWith("{")) {
    throw new Error(`dependency-cruiser did not answer: ${err}`);
  }
  return JSON.parse(out) as Cruise;
}

/** The files of these folders, including those that are not committed yet. */
function tracked(...folders: string[]): string[] {
  const found = Bun.spawnSync(["git", "ls-files", "-co", "--exclude-standard", ...folders], {
    cwd: root,
  });
  return found.stdout
    .toString()
    .split("\n")
    .filter((path) => path !== "" && existsSync(join(root, path)));
}

function sources(...folders: string[]): string[] {
  return tracked(...folders).filter(
    (path) => /\.(ts|tsx)$/.test(path) && !/\.gen\.ts$|^tests\/fixtures\//.test(path),
  );
}

/** The number of lines of a file below `base`. */
function lines(path: string, base = root): number {
  return readFileSync(join(base, path), "utf8").split("\n").length - 1;
}

/** Files over the limit of lines. */
function tooLong(paths: string[], base = root): string[] {
  return paths.filter((path) => lines(path, base) > MAX_LINES);
}

describe("import rules", () => {
  let tree = "";
  let found: Violation[] = [];

  beforeAll(async () => {
    tree = mkdtempSync(join(tmpdir(), "architecture-"));
    symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
    writeFileSync(join(tree, "tsconfig.json"), readFileSync(join(root, "tsconfig.json")));
    for (const [path, text] of planted.flatMap(({ files }) => Object.entries(files))) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    found = (await cruise(tree, ["server", "web"])).summary.violations;
  });

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  test("the source tree is read and breaks no rule", async () => {
    const { summary } = await cruise(root, [
      "server",
      ...(sources("web/src")[0] ? ["web/src"] : []),
    ]);

    expect(summary.totalCruised).toBeGreaterThan(20);
    expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`)).toEqual(
      [],
    );
  }, 60_000);

  test("every rule has a planted violation", () => {
    const { forbidden } = require("../.dependency-cruiser.cjs") as {
      forbidden: { name: string }[];
    };

    expect(planted.map(({ rule }) => rule).sort()).toEqual(
      forbidden.map(({ name }) => name).sort(),
    );
  });

  test.each(planted.map(({ rule }) => rule))("%s catches its planted violation", (rule) => {
    const files = planted.find((each) => each.rule === rule)?.files ?? {};
    const catches = found.filter((each) => each.rule.name === rule).map(({ from }) => from);

    expect(catches.length).toBeGreaterThan(0);
    expect(Object.keys(files)).toContain(catches[0] ?? "nothing was caught");
  });

  test("imports that the rules allow are not reported", () => {
    const allowed = planted.flatMap((each) => each.allowed ?? []);

    expect(allowed.length).toBeGreaterThan(4);
    expect(found.filter(({ from }) => allowed.includes(from))).toEqual([]);
  });

  test("croner and lucia are named by one file each", () => {
    for (const name of ["croner", "lucia"]) {
      const named = sources("server").filter((path) =>
        readFileSync(join(root, path), "utf8").includes(`from "${name}"`),
      );
      expect(named.length).toBeLessThanOrEqual(1);
    }
  });
});

describe("files", () => {
  const product = sources("server", "web", "scripts");
  const tests = sources("tests");

  test(`no file of code is longer than ${MAX_LINES} lines: product, style sheets, tests and their fixtures`, () => {
    const sizes = product.map((path) => lines(path)).sort((a, b) => a - b);
    // The median says more about a tree than its worst file, so it is printed.
    process.stdout.write(
      `${product.length} source files, median ${sizes[sizes.length >> 1]} lines, longest ${sizes.at(-1)}\n`,
    );
    const measured = tracked("server", "web", "scripts", "tests").filter(
      (path) => /\.(ts|tsx|css)$/.test(path) && !/\.gen\.ts$/.test(path),
    );

    expect(measured).toContain("server/main.ts");
    expect(measured).toContain("web/src/ui/kit.css");
    expect(measured).toContain("tests/architecture.test.ts");
    expect(measured).toContain("tests/fixtures/architecture/planted.ts");
    expect(tooLong(measured)).toEqual([]);
  });

  test("a file over the limit is caught, and one exactly at the limit is not", () => {
    const folder = mkdtempSync(join(tmpdir(), "architecture-"));
    const line = "export {};\n";
    writeFileSync(join(folder, "just.ts"), line.repeat(MAX_LINES));
    writeFileSync(join(folder, "long.test.ts"), line.repeat(MAX_LINES + 1));
    writeFileSync(join(folder, "long.css"), "\n".repeat(MAX_LINES + 1));

    const caught = tooLong(["just.ts", "long.test.ts", "long.css"], folder);
    rmSync(folder, { recursive: true });

    expect(caught).toEqual(["long.test.ts", "long.css"]);
  });

  test("no file or folder has a name without meaning, such as utils", () => {
    const vague = /(^|[/.-])(utils?|helpers?|common|misc|shared|lib)([/.-]|$)/;

    expect([...product, ...tests].filter((path) => vague.test(path))).toEqual([]);
  });

  test("file names are kebab-case with an optional role", () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.tsx?$/;

    expect([...product, ...tests].filter((path) => !name.test(basename(path)))).toEqual([]);
  });

  test("only the entry point reads the environment, and config.ts interprets it", () => {
    const readers = sources("server").filter((path) =>
      /process\.env|Bun\.env/.test(readFileSync(join(root, path), "utf8")),
    );
    const allowed = [
      "server/main.ts",
      "server/cli.ts",
      "server/config.ts",
      "server/platform/log.ts",
    ];

    expect(readers.filter((path) => !allowed.includes(path))).toEqual([]);
  });

  test("no test is skipped and no rule suppressed without a reason, and nothing is left to do later", () => {
    const smell = /^\s*\/\/ *@ts-(ignore|nocheck)|^\s*(test|describe|it)\.(only|todo|skip)\(/m;
    const self = "tests/architecture.test.ts";
    const found = [...product, ...tests].filter(
      (path) => path !== self && smell.test(readFileSync(join(root, path), "utf8")),
    );

    expect(found).toEqual([]);
  });
});

// `bun run test:api [owner] [viewer] [key]` runs all checks of Schemathesis against the built binary and the document
// that it serves: as the owner (who administers the instance), as a viewer, and with an API key that has all scopes.
// Prints what was tested and what failed. Needs Python 3.10 or newer with venv, and takes some minutes for each of the
// three.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IDENTITIES, type Identity, type Instance, startInstance } from "./api-test/instance.ts";
import { type Outcome, readOutcome } from "./api-test/outcome.ts";

const root = join(import.meta.dir, "..");
const here = join(import.meta.dir, "api-test");
const cache = join(root, ".cache/api-test");
const tool = join(cache, "venv/bin/st");

/** Operations that would break the run, each with its reason. All others are tested. */
const EXCLUDED: Record<string, string> = {
  "POST /api/v1/auth/sign-out": "ends the session of the run",
  "POST /api/v1/auth/sign-out-everywhere": "ends the session of the run",
  "DELETE /api/v1/auth/sessions/{id}": "may end the session of the run",
  "POST /api/v1/auth/password":
    "ends all other sessions, and counts wrong passwords of this account",
};

// Limited and repeatable. The rate stays below what the product allows one caller.
const MAX_EXAMPLES = 10;
const PER_SECOND = 90;

type RunOptions = {
  cwd?: string;
  env?: Record<string, string>;
  /** Folder for its output; the default is this folder. */
  output?: string;
  mustSucceed?: boolean;
};

async function run(command: string[], options: RunOptions = {}): Promise<void> {
  const to = options.output === undefined ? ("inherit" as const) : Bun.file(options.output);
  const child = Bun.spawn(command, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdin: "ignore",
    stdout: to,
    stderr: "inherit",
  });
  if ((await child.exited) !== 0 && options.mustSucceed === true) {
    throw new Error(`failed: ${command.join(" ")}`);
  }
}

/** Schemathesis in its own environment, which is created again when the pinned versions change. */
async function installTool(): Promise<void> {
  const pinned = readFileSync(join(here, "requirements.txt"), "utf8");
  const mark = join(cache, "venv/installed.txt");
  if (existsSync(mark) && readFileSync(mark, "utf8") === pinned) {
    return;
  }
  rmSync(join(cache, "venv"), { recursive: true, force: true });
  await run(["python3", "-m", "venv", join(cache, "venv")], { mustSucceed: true });
  const pip = join(cache, "venv/bin/pip");
  const requirements = join(here, "requirements.txt");
  await run([pip, "install", "--quiet", "--no-deps", "-r", requirements], { mustSucceed: true });
  writeFileSync(mark, pinned);
}

/**
 * Tells Schemathesis which objects exist, and the id of a workspace that exists but belongs to someone else. Its checks
 * must also accept two statuses that the product uses: 422 for rules that a schema cannot express (which ids exist,
 * which texts are domains, which values fit together; the check `refusal_says_why` covers these), and 413 for a body
 * that is refused because of its size before anything else is checked.
 */
function configuration({ workspaceId, foreignWorkspaceId, bearer }: Instance): string {
  const seven = Array.from({ length: 7 }, () => workspaceId);
  return `
hooks = ${JSON.stringify(join(here, "hooks.py"))}
${bearer === "" ? "" : `\n[auth.openapi.apiKey]\nbearer = ${JSON.stringify(bearer)}\n`}
[dictionaries]
workspaces = { values = ${JSON.stringify([...seven, foreignWorkspaceId])} }
ids = { values = [1, 2, 3] }

[parameters]
"path.workspaceId" = { dictionary = "workspaces" }
"path.id" = { dictionary = "ids", probability = 0.7 }

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "415", "422", "429"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429"]
`;
}

async function testAs(identity: Identity): Promise<Outcome> {
  const folder = join(cache, identity);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const report = join(folder, "report.json");
  const instance = await startInstance(identity);
  const { binary, headers } = instance;
  const startedAt = performance.now();
  try {
    writeFileSync(join(folder, "schemathesis.toml"), configuration(instance));
    const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    await run(
      [
        ...[tool, "--config-file", "schemathesis.toml", "run", `${binary.url}/openapi.json`],
        ...["--checks", "all", "--generation-deterministic"],
        ...["--max-examples", String(MAX_EXAMPLES), "--rate-limit", `${PER_SECOND}/s`],
        ...["--continue-on-failure", "--no-shrink", "--no-color", "--warnings", "off"],
        ...["--request-timeout", "30", "--report-json-path", report],
        ...given.flatMap((header) => ["--header", header]),
        ...Object.keys(EXCLUDED).flatMap((name) => ["--exclude-name", name]),
      ],
      {
        cwd: folder,
        env: { FOREIGN_WORKSPACE_ID: instance.foreignWorkspaceId },
        output: join(folder, "schemathesis.log"),
      },
    );
  } finally {
    writeFileSync(join(folder, "server.log"), binary.output());
    await binary.dispose();
  }
  const { isGood, lines } = readOutcome(report);
  const seconds = `${Math.round((performance.now() - startedAt) / 1000)} s`;
  return { isGood, lines: [...lines, `${seconds}; all of it: ${folder}`] };
}

/** The identities named on the command line, or all. */
function wanted(): Identity[] {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !IDENTITIES.some((known) => known === name));
  if (unknown.length > 0) {
    throw new Error(
      `there is no identity ${unknown.join(", ")}; available: ${IDENTITIES.join(", ")}`,
    );
  }
  return IDENTITIES.filter((name) => named.length === 0 || named.includes(name));
}

await installTool();
await run([process.execPath, join(import.meta.dir, "build.ts")], { mustSucceed: true });
let isGood = true;
for (const identity of wanted()) {
  const outcome = await testAs(identity);
  isGood &&= outcome.isGood;
  console.log(`${outcome.isGood ? "ok  " : "FAIL"} ${identity}`);
  for (const line of outcome.lines) {
    console.log(`     ${line}`);
  }
}
for (const [operation, reason] of Object.entries(EXCLUDED)) {
  console.log(`not tested: ${operation}, which ${reason}`);
}
process.exitCode = isGood ? 0 : 1;

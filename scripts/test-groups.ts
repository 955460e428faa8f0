import { readdirSync } from "node:fs";
import { join } from "node:path";

const GROUP_TIME_LIMIT_MS = 25 * 60_000;
/** Time limit per test; browser and crash tests need time on a busy machine. */
const TEST_TIME_LIMIT_MS = 60_000;

export type TestRun = {
  name: string;
  passed: number;
  failed: number;
  skipped: number;
  ok: boolean;
};

/** The folders of tests/ that contain tests, and `.` for the files beside them. */
export function testGroups(root: string): string[] {
  const files = [...new Bun.Glob("tests/**/*.test.{ts,tsx}").scanSync({ cwd: root })];
  const order = ["", "scripts", "server", "delivery", "web", "crash", "e2e"];
  const groups = new Set(
    files.map((file) => (file.split("/").length > 2 ? (file.split("/")[1] ?? "") : "")),
  );
  return [...groups].sort((a, b) => order.indexOf(a) - order.indexOf(b) || a.localeCompare(b));
}

/** Runs one group in a process of its own, passes on its output, and counts the results. */
export async function runGroup(root: string, group: string): Promise<TestRun> {
  const folder = join(root, "tests", group);
  const paths =
    group === ""
      ? readdirSync(folder)
          .filter((file) => /\.test\.tsx?$/.test(file))
          .map((file) => `./tests/${file}`)
      : [`./tests/${group}/`];
  const run = Bun.spawn([process.execPath, "test", `--timeout=${TEST_TIME_LIMIT_MS}`, ...paths], {
    cwd: root,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
    timeout: GROUP_TIME_LIMIT_MS,
    killSignal: "SIGKILL",
  });
  let report = "";
  const decoder = new TextDecoder();
  for await (const chunk of run.stderr) {
    process.stderr.write(chunk);
    report += decoder.decode(chunk, { stream: true });
  }
  const exit = await run.exited;
  return tally(group === "" ? "tests" : group, report, exit);
}

/**
 * Reads the last lines of bun's output. A run that ended with an error but without a failed test counts as one failure.
 */
export function tally(name: string, report: string, exit: number): TestRun {
  const plain = Bun.stripANSI(report);
  // The last summary counts, because a test may itself run tests and print their summary.
  const summary = plain.slice(Math.max(0, plain.search(/^\s*\d+ pass$(?![\s\S]*^\s*\d+ pass$)/m)));
  const count = (word: string) =>
    Number(new RegExp(`^\\s*(\\d+) ${word}$`, "m").exec(summary)?.[1] ?? 0);
  const passed = count("pass");
  const failed = count("fail");
  const broken = exit !== 0 || passed + failed === 0;
  return {
    name,
    passed,
    failed: Math.max(failed, broken ? 1 : 0),
    skipped: count("skip") + count("todo"),
    ok: !broken && failed === 0,
  };
}

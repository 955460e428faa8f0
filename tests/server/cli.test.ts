import { beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../server/cli.ts";

let out: string[] = [];
let err: string[] = [];
let asked: string[] = [];

const terminal = (env: Record<string, string> = {}) => ({
  env,
  colours: false,
  out: (line: string) => out.push(line),
  err: (line: string) => err.push(line),
  readLine: () => Promise.resolve(""),
});

const programs = {
  serve: (config: { port: number }) => {
    asked.push(`serve on ${config.port}`);
    return Promise.resolve(0);
  },
  demo: () => {
    asked.push("demo");
    return Promise.resolve(0);
  },
};

const run = (words: string[], env?: Record<string, string>) =>
  runCli(words, terminal(env), programs);

beforeEach(() => {
  out = [];
  err = [];
  asked = [];
});

test("without a command it runs the server with the environment's settings", async () => {
  expect(await run([], { PORT: "9000" })).toBe(0);
  expect(await run(["serve"])).toBe(0);
  expect(asked).toEqual(["serve on 9000", "serve on 8080"]);
});

test("help lists every command and starts nothing, even with an invalid environment", async () => {
  expect(await run(["--help"], { PORT: "nonsense" })).toBe(0);

  for (const command of ["serve", "demo", "doctor", "scrub", "health", "user reset-password"]) {
    expect(out.join("\n")).toContain(command);
  }
  expect(asked).toEqual([]);
});

test("the version is the package's version", async () => {
  const { version } = (await import("../../package.json")).default;

  expect(await run(["--version"])).toBe(0);
  expect(out).toEqual([version]);
});

test.each([
  [["frobnicate"]],
  [["--frobnicate"]],
  [["user"]],
  [["user", "reset-password"]],
  [["user", "reset-password", "a", "b"]],
])("%p is refused with exit code 2 and a pointer to the help", async (words) => {
  expect(await run(words)).toBe(2);
  expect(err.at(-1)).toBe("Try: swiftmail --help");
  expect(asked).toEqual([]);
});

test("a setting that cannot be used is named", async () => {
  expect(await run(["serve"], { PORT: "seventy" })).toBe(1);
  expect(err[0]).toBe('swiftmail: PORT is "seventy"; it must be a port number from 0 to 65535');
});

test("a password reset needs an existing instance", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cli-"));

  expect(await run(["user", "reset-password", "a@example.com"], { DATA_DIR: folder })).toBe(1);
  expect(err[0]).toContain(`there is no instance in ${folder}`);
  rmSync(folder, { recursive: true });
});

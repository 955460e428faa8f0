import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGroup, testGroups } from "../../scripts/test-groups.ts";

let root = "";

const write = (path: string, text: string) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), `import { expect, test } from "bun:test";\n${text}`);
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "groups-"));
  write("tests/top.test.ts", `test("a", () => expect(1).toBe(1));`);
  write(
    "tests/server/deep/mixed.test.ts",
    `test("a", () => expect(1).toBe(1)); test("b", () => expect(1).toBe(2)); test.skip("c", () => {});`,
  );
  write("tests/crash/broken.test.ts", `test("a", () => expect(1).toBe(1)); throw new Error("x");`);
  write("tests/web/dies.test.ts", `test("a", () => process.exit(0));`);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

test("groups are the folders below tests, the fast ones first", () => {
  expect(testGroups(root)).toEqual(["", "server", "web", "crash"]);
});

test("files beside the folders form a group that does not include the folders", async () => {
  expect(await runGroup(root, "")).toMatchObject({ passed: 1, failed: 0, ok: true });
});

test("passed, failed and skipped tests are counted apart", async () => {
  expect(await runGroup(root, "server")).toEqual({
    name: "server",
    passed: 1,
    failed: 1,
    skipped: 1,
    ok: false,
  });
});

test("a file that cannot be loaded is a failure", async () => {
  const run = await runGroup(root, "crash");

  expect(run.ok).toBe(false);
  expect(run.failed).toBeGreaterThan(0);
});

test("a run that ends before it reports is a failure, whatever its exit code", async () => {
  expect(await runGroup(root, "web")).toMatchObject({ passed: 0, failed: 1, ok: false });
});

// The compiled binary, alone in an empty folder.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningBinary, startBinary } from "../support/binary.ts";

const BINARY = join(import.meta.dir, "../../dist/swiftmail");

let binary: RunningBinary;
let folder = "";

async function run(words: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([BINARY, ...words], {
    cwd: folder,
    env: { HOME: folder, PORT: "0", SMTP_IN_PORT: "0", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-e2e-"));
  binary = await startBinary();
});

afterAll(async () => {
  await binary.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test("serves the web UI from the executable, compressed and with its content security policy", async () => {
  const response = await fetch(binary.url, { headers: { "accept-encoding": "br" } });
  const page = await response.text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? "";
  const code = await fetch(binary.url + script, { headers: { "accept-encoding": "br" } });

  expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
  expect(page).toContain('<div id="app">');
  expect(code.headers.get("content-encoding")).toBe("br");
  expect(code.headers.get("cache-control")).toContain("immutable");
  expect((await fetch(`${binary.url}/api/v1/nothing-here`)).status).toBe(404);
});

test("stores everything in its data folder", () => {
  expect(readdirSync(binary.dataDir).sort()).toContain("system.db");
  expect(readdirSync(join(binary.dataDir, "..")).sort()).toEqual(["data"]);
});

test("its health command reports success", async () => {
  const port = new URL(binary.url).port;

  expect((await run(["health"], { PORT: port })).code).toBe(0);
  expect((await run(["health"], { PORT: "1" })).code).toBe(1);
});

test("doctor reports no problem beside a running server", async () => {
  const { code, out } = await run(["doctor", "--json"], {
    PORT: new URL(binary.url).port,
    DATA_DIR: binary.dataDir,
  });
  const failures = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { check: string; verdict: string })
    .filter(({ verdict }) => verdict === "fail");

  expect(failures).toEqual([]);
  expect(code).toBe(0);
});

test("a port in use makes it exit with a sentence that names the port", async () => {
  const other = createServer().listen(0);
  const { port } = other.address() as { port: number };

  const { code, err } = await run(["serve"], {
    PORT: String(port),
    DATA_DIR: join(folder, "taken"),
  });

  expect(code).toBe(1);
  expect(err).toContain(String(port));
  other.close();
});

test("an unusable data folder makes it exit with a sentence", async () => {
  writeFileSync(join(folder, "file"), "");

  const { code, err } = await run(["serve"], { DATA_DIR: join(folder, "file") });

  expect(code).toBe(1);
  expect(err).toStartWith("swiftmail: ");
});

test("SIGTERM ends it cleanly, and it starts again on its data", async () => {
  const other = await startBinary();

  await other.kill("SIGTERM");
  const again = await other.restart();

  expect((await fetch(`${again.url}/readyz`)).status).toBe(200);
  await again.dispose();
});

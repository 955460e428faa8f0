import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../server/config.ts";
import { startServer } from "../../server/start-server.ts";

let folder = "";

const start = (env: Record<string, string> = {}) =>
  startServer(readConfig({ DATA_DIR: folder, PORT: "0", SMTP_IN_PORT: "0", ...env }), {
    onFatal: (reason) => {
      throw new Error(reason);
    },
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "server-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("starts on an empty folder, reports that it is alive and ready, and stops without open files", async () => {
  const server = await start();

  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await server.stop();
  expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  // Closing the last connection of a database removes its write-ahead log.
  expect(existsSync(join(folder, "system.db"))).toBe(true);
  expect(existsSync(join(folder, "system.db-wal"))).toBe(false);
});

test("starts again on the data of an earlier process", async () => {
  await (await start()).stop();

  const server = await start();

  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  await server.stop();
});

test("before the setup is finished the API refuses, and says why", async () => {
  const server = await start();

  const response = await fetch(`${server.url}/api/v1/workspaces`);

  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: "setup_required" });
  await server.stop();
});

test("an SMTP port in use is reported by number, and nothing keeps running", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  const { port } = other.address() as { port: number };

  await expect(start({ SMTP_IN_PORT: String(port) })).rejects.toThrow(/listener did not start/);
  other.close();
});

// Only one process on the machine can use the data folder.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type RunningBinary, runBinary, startBinary } from "../support/binary.ts";

let binary: RunningBinary;

beforeAll(async () => {
  binary = await startBinary();
});
afterAll(() => binary.dispose());

const other = () => ({ ...binary.env, PORT: "0", SMTP_IN_PORT: "0" });

test("a second process on the same folder names the first one and exits before it opens anything", async () => {
  const second = await runBinary(["serve"], other());

  expect(second.code).toBe(3);
  expect(second.err).toContain(`is in use by process ${binary.pid} on `);
  expect(second.out).not.toContain("listening");
  expect((await fetch(`${binary.url}/healthz`)).status).toBe(200);
});

test("so does a process in other namespaces, like a second container on the same volume", async () => {
  const apart = ["unshare", "--pid", "--net", "--uts", "--ipc", "--fork"];
  const second = await runBinary(["serve"], other(), apart);

  // This cannot be tested without permission to create namespaces.
  if (!second.err.includes("unshare failed")) {
    expect(second.code).toBe(3);
    expect(second.err).toContain("is in use by process");
  }
});

test("doctor names the holder, and passwords can be reset beside the running server", async () => {
  const doctor = await runBinary(["doctor", "--json"], binary.env);
  const reset = await runBinary(["user", "reset-password", "nobody@example.net"], other());

  expect(doctor.out).toContain(`used by process ${binary.pid} on`);
  expect(reset.err).toContain("there is no account with this address");
});

test("no other user can read the folder or a file in it", () => {
  const open: string[] = [];
  const look = (path: string) => {
    const entry = statSync(path);
    if ((entry.mode & 0o077) !== 0) {
      open.push(path);
    }
    if (entry.isDirectory()) {
      for (const name of readdirSync(path)) {
        look(join(path, name));
      }
    }
  };
  look(binary.dataDir);

  expect(open).toEqual([]);
});

test("a lock dies with its process: after kill -9 the next one starts at once", async () => {
  await binary.kill("SIGKILL");
  const again = await binary.restart();

  expect((await fetch(`${again.url}/healthz`)).status).toBe(200);
  binary = again;
});

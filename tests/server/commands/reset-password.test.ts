import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resetPassword } from "../../../server/commands/reset-password.ts";
import { readConfig } from "../../../server/config.ts";
import { setPasswordByToken } from "../../../server/features/users/reset.service.ts";
import { createPerson, isPassword } from "../../../server/features/users/users.service.ts";
import { openDatabases } from "../../../server/platform/db/databases.ts";

const NOW = Date.UTC(2026, 10, 21);
const OLD = "the password that was forgotten";
const NEW = "four unrelated words here";

let folder = "";
let out: string[] = [];

const run = (email: string, typed?: string) =>
  resetPassword(
    readConfig({ DATA_DIR: folder, PUBLIC_URL: "https://mail.example.com" }),
    {
      env: {},
      colours: false,
      out: (line) => out.push(line),
      err: () => {},
      readLine: () => Promise.resolve(typed ?? ""),
    },
    { email, fromStdin: typed !== undefined, clock: () => NOW },
  );

async function opens(password: string): Promise<boolean> {
  const databases = openDatabases(folder);
  const row = databases.system.prepare("SELECT password_hash AS hash FROM user").get();
  databases.close();
  return await isPassword(password, (row as { hash: string }).hash);
}

function audited(): unknown[] {
  const databases = openDatabases(folder);
  const actions = databases.system.prepare("SELECT action FROM audit").pluck().all();
  databases.close();
  return actions;
}

beforeEach(async () => {
  out = [];
  folder = mkdtempSync(join(tmpdir(), "reset-"));
  const databases = openDatabases(folder);
  const person = { email: "ada@example.com", name: "Ada", password: OLD, isAdmin: true };
  await createPerson(databases.system, person, NOW);
  databases.close();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("prints one link at the public address that sets a password once", async () => {
  expect(await run("ADA@Example.com")).toBe(0);

  expect(out).toHaveLength(1);
  const link = new URL(out[0] ?? "");
  expect(link.origin + link.pathname).toBe("https://mail.example.com/reset");
  const token = link.searchParams.get("token") ?? "";
  const databases = openDatabases(folder);
  await setPasswordByToken(databases.system, { token, password: NEW }, NOW, () => {});
  await expect(
    setPasswordByToken(databases.system, { token, password: OLD }, NOW, () => {}),
  ).rejects.toThrow("no longer works");
  databases.close();
  expect(await opens(NEW)).toBe(true);
  expect(audited()).toEqual(["user.reset-link"]);
});

test("sets a password from standard input, and the old one stops working", async () => {
  expect(await run("ada@example.com", NEW)).toBe(0);

  expect(await opens(NEW)).toBe(true);
  expect(await opens(OLD)).toBe(false);
  expect(audited()).toEqual(["user.set-password"]);
});

test("a password that is too easy changes nothing", async () => {
  await expect(run("ada@example.com", "short")).rejects.toThrow("at least 12 are required");

  expect(await opens(OLD)).toBe(true);
  expect(audited()).toEqual([]);
});

test("an unknown address and an empty folder give different errors", async () => {
  await expect(run("bob@example.com")).rejects.toThrow("no account");

  rmSync(folder, { recursive: true });
  await expect(run("ada@example.com")).rejects.toThrow("no instance");
});

// system.db is removed, replaced or cut while the server runs: it ends and says so, instead of writing to a file that is
// gone.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { copyFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { runBinary } from "../support/binary.ts";
import { type SeededBinary, startSeededBinary } from "../support/seeded-binary.ts";

let seeded: SeededBinary;
let file = "";
beforeEach(async () => {
  seeded = await startSeededBinary();
  file = join(seeded.binary.dataDir, "system.db");
}, 60_000);
afterEach(() => seeded.binary.dispose());

const listNames = async () =>
  (await seeded.api.get<{ items: { name: string }[] }>("/workspaces")).items.map(
    ({ name }) => name,
  );

test.each([
  ["removed", () => renameSync(file, `${file}.away`)],
  [
    "replaced",
    () => {
      copyFileSync(file, `${file}.copy`);
      renameSync(file, `${file}.away`);
      renameSync(`${file}.copy`, file);
    },
  ],
  [
    "cut",
    () => {
      copyFileSync(file, `${file}.away`);
      truncateSync(file, 100);
    },
  ],
])(
  "%s: the server ends with the file and the remedy, and runs again with the right file",
  async (what, damage) => {
    const before = await listNames();
    damage();

    await seeded.binary.printed(new RegExp(`system\\.db was ${what} while the server was running`));
    await seeded.binary.kill("SIGKILL");

    if (what === "removed") {
      const again = await runBinary(["serve"], seeded.binary.env);
      expect(again.code).toBe(1);
      expect(again.err).toContain("system.db is missing");
    }
    renameSync(`${file}.away`, file);
    seeded.binary = await seeded.binary.restart();
    expect(await listNames()).toEqual(before);
  },
  60_000,
);

test("its log removed: what was in the log is saved, and the server starts again", async () => {
  const { organizationId } = await seeded.api.get<{ organizationId: string }>(
    seeded.workspace.path,
  );
  const later = { organizationId, timeZone: "UTC", postalAddress: "1 Test Street" };
  await seeded.api.post("/workspaces", { ...later, name: "Later" });
  rmSync(`${file}-wal`);

  await seeded.binary.printed(/system\.db-wal was removed or replaced/);
  await seeded.binary.printed(/the process cannot continue/);
  await seeded.binary.kill("SIGKILL");

  seeded.binary = await seeded.binary.restart();
  expect(await listNames()).toContain("Later");
}, 60_000);

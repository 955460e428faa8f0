import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostileCsv } from "../../../support/hostile-csv.ts";
import { ImportFixture } from "./import-fixture.ts";

// A disk of 24 MB needs root to mount; without it, and outside CI, these tests say so and are left out.
const mayMount = process.getuid?.() === 0 || process.env["CI"] === "true";
const usualFolder = process.env["TMPDIR"];
let disk: string;
let fixture: ImportFixture;

beforeEach(() => {
  if (!mayMount) {
    return;
  }
  disk = mkdtempSync(join(tmpdir(), "swiftmail-small-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk]);
  expect(mounted.stderr.toString()).toBe("");
  process.env["TMPDIR"] = disk;
  fixture = new ImportFixture();
});
afterEach(() => {
  if (!mayMount) {
    return;
  }
  fixture.close();
  if (usualFolder === undefined) {
    delete process.env["TMPDIR"];
  } else {
    process.env["TMPDIR"] = usualFolder;
  }
  spawnSync("umount", [disk]);
  rmSync(disk, { recursive: true });
});

test.skipIf(!mayMount)(
  "an upload that fills the disk is refused with that reason and leaves nothing",
  async () => {
    const line = "someone@example.com,Some,One\n";
    const { status, body } = await fixture.upload<{ detail: string }>(line.repeat(1_000_000));

    expect(status).toBe(503);
    expect(body.detail).toBe(
      "The disk of this server is full. Free some space and upload the file again.",
    );
    expect(readdirSync(join(fixture.app.dataDir, "local", "imports"))).toEqual([]);
  },
);

test.skipIf(!mayMount)(
  "an import that fills the disk says so, and goes on exactly when there is space again",
  async () => {
    const file = hostileCsv(9_000, "utf8", "d");
    const { body } = await fixture.upload(file.bytes);
    await fixture.start(body.id, body.guesses);
    const ballast = join(disk, "ballast");
    writeFileSync(ballast, Buffer.alloc(freeBytes(disk) - 1_600_000));

    await fixture.run(body.id);
    const failed = await fixture.get(body.id);
    rmSync(ballast);
    const resumed = await fixture.call("POST", `/imports/${body.id}/resume`);
    await fixture.run(body.id);

    expect(failed).toMatchObject({
      state: "failed",
      error:
        "The disk of this server is full. Nothing is lost. Free some space, then resume this import.",
    });
    expect(failed.rowsRead).toBeLessThan(file.rows);
    expect(resumed.status).toBe(200);
    expect(await fixture.get(body.id)).toMatchObject({
      state: "done",
      error: null,
      rowsRead: file.rows,
      created: file.addresses.length,
      duplicates: file.duplicates,
      rejected: file.rejected,
    });
  },
);

function freeBytes(path: string): number {
  const [, line = ""] = spawnSync("df", ["-B1", "--output=avail", path])
    .stdout.toString()
    .split("\n");
  return Number(line.trim());
}

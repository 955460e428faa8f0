import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../../server/platform/errors.ts";
import { JournalReader } from "../../../../server/platform/journal/reader.ts";
import { streamStart } from "../../../../server/platform/journal/segments.ts";
import { type JournalHealth, openJournal } from "../../../../server/platform/journal/writer.ts";

// Mounting needs root. Without it a developer's machine offers no way to fill a real disk.
const canMount = process.getuid?.() === 0 || process.env["CI"] === "true";
let mountPoint: string;

beforeAll(() => {
  mountPoint = mkdtempSync(join(tmpdir(), "full-disk-"));
  if (canMount) {
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mountPoint]);
    expect(mounted.stderr.toString()).toBe("");
  }
});

afterAll(() => {
  if (canMount) {
    spawnSync("umount", [mountPoint]);
  }
  rmSync(mountPoint, { recursive: true, force: true });
});

function readAll(dir: string): string[] {
  const reader = new JournalReader({ dir, from: streamStart });
  const payloads: string[] = [];
  for (let batch = reader.next(); batch.length > 0; batch = reader.next()) {
    payloads.push(...batch.map((record) => record.payload));
  }
  reader.close();
  return payloads;
}

test.skipIf(!canMount)(
  "on a full disk records are refused with the reason, and accepted again when there is space",
  async () => {
    const dir = join(mountPoint, "stream");
    const ballast = join(mountPoint, "ballast");
    writeFileSync(ballast, Buffer.alloc(700_000));
    const said: JournalHealth[] = [];
    const journal = openJournal({ dir, onHealth: (health) => said.push(health) });
    const kept: string[] = [];
    let refusal: unknown;

    for (let i = 0; refusal === undefined; i++) {
      const record = `record ${i} ${"x".repeat(5_003)}`;
      await journal.append(record).then(
        () => kept.push(record),
        (error: unknown) => {
          refusal = error;
        },
      );
    }

    expect(refusal).toBeInstanceOf(AppError);
    expect((refusal as AppError).code).toBe("unavailable");
    expect((refusal as AppError).message).toContain("ENOSPC");
    expect(journal.health.writable).toBe(false);
    expect(readAll(dir)).toEqual(kept.slice(0, readAll(dir).length));
    await expect(journal.append(`still full ${"x".repeat(5_003)}`)).rejects.toThrow("ENOSPC");

    unlinkSync(ballast);
    await Promise.all([journal.append("space again"), journal.append("and more")]);

    expect(readAll(dir)).toEqual([...kept, "space again", "and more"]);
    expect(journal.health.writable).toBe(true);
    expect(said.map((health) => health.writable)).toEqual([false, true]);
    await journal.close();
  },
);

test.skipIf(!canMount)("an idle journal notices by itself that there is space again", async () => {
  const dir = join(mountPoint, "quiet");
  const ballast = join(mountPoint, "quiet-ballast");
  const journal = openJournal({ dir });
  await journal.append("kept");
  // Writes until the disk is full: dd is meant to fail.
  spawnSync("dd", ["if=/dev/zero", `of=${ballast}`, "bs=4096"]);
  await expect(journal.append("x".repeat(9_000))).rejects.toThrow("ENOSPC");

  unlinkSync(ballast);
  while (!journal.health.writable) {
    await Bun.sleep(20);
  }
  await journal.append("again");

  expect(readAll(dir)).toEqual(["kept", "again"]);
  await journal.close();
});

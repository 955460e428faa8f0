import { afterEach, beforeEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exactCounts, until } from "../support/delivery-engine.ts";
import { TestEngine } from "../support/test-engine.ts";

// Mounting needs root. Without it a developer's machine offers no way to fill a real disk.
const canMount = process.getuid?.() === 0 || process.env["CI"] === "true";
let engine: TestEngine;
beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

test.skipIf(!canMount)(
  "on a full disk nothing is sent that could not be recorded; once there is space the campaign continues by itself",
  async () => {
    const sink = engine.tcpSink();
    const journal = join(engine.data.dataDir, "local", "journal");
    mkdirSync(journal, { recursive: true });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", journal]);
    engine.closing({ close: () => spawnSync("umount", [journal]) });
    expect(mounted.stderr.toString()).toBe("");
    writeFileSync(join(journal, "ballast"), Buffer.alloc(900_000));
    const ws = engine.data.newWorkspace();
    engine.data.addContacts(ws, 1_500);
    const id = engine.data.addCampaign(ws, { port: sink.port });
    await engine.start();
    await engine.delivery.prepareCampaign(ws, id);

    await until(() => engine.delivery.trouble() !== undefined, "the full disk");
    expect(engine.delivery.trouble()).toContain("ENOSPC");
    await Bun.sleep(300);
    const arrived = sink.arrived.length;
    await Bun.sleep(300);
    expect(sink.arrived.length).toBe(arrived);
    expect(arrived).toBeLessThan(1_500);
    const counts = exactCounts(engine.data, ws, id, 1_500);
    expect(counts.pending + counts.leased).toBeGreaterThanOrEqual(1_500 - arrived);
    expect(engine.bottleneck(ws, id)).toContain("journal cannot be written");
    const refused = engine.delivery.recordFact({
      k: "open",
      w: ws,
      c: id,
      s: 1,
      at: Date.now(),
      ip: "",
      ua: "x".repeat(50_000),
    });
    await expect(refused).rejects.toThrow("journal cannot be written");

    unlinkSync(join(journal, "ballast"));
    await until(() => engine.isCompleted(ws, id), "completion", 30_000);

    expect(exactCounts(engine.data, ws, id, 1_500)).toMatchObject({ sent: 1_500 });
    expect(sink.arrived.length).toBe(1_500);
    await until(() => engine.delivery.trouble() === undefined, "the all-clear");
  },
  60_000,
);

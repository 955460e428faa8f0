import { afterEach, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import {
  bottleneckSaid,
  exactCounts,
  startTestDelivery,
  statusOf,
  until,
} from "../support/delivery-engine.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";

// Mounting takes root; on a developer's machine without it there is no other honest full disk.
const canMount = process.getuid?.() === 0 || process.env["CI"] === "true";
let data: DeliveryData;
let delivery: Delivery | undefined;
let sink: TcpSink;

afterEach(async () => {
  await delivery?.stop();
  sink.close();
  spawnSync("umount", [join(data.dataDir, "local", "journal")]);
  data.close();
});

test.skipIf(!canMount)(
  "on a full disk nothing is sent that could not be recorded; with space again the campaign goes on by itself",
  async () => {
    data = newDeliveryData();
    sink = startTcpSink();
    const journal = join(data.dataDir, "local", "journal");
    mkdirSync(journal, { recursive: true });
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", journal]);
    expect(mounted.stderr.toString()).toBe("");
    writeFileSync(join(journal, "ballast"), Buffer.alloc(900_000));
    const ws = data.newWorkspace();
    data.addContacts(ws, 1_500);
    const id = data.addCampaign(ws, { port: sink.port });
    delivery = await startTestDelivery(data);
    await delivery.prepareCampaign(ws, id);

    await until(() => delivery?.trouble() !== undefined, "the full disk");
    expect(delivery.trouble()).toContain("ENOSPC");
    await Bun.sleep(300);
    const arrived = sink.arrived.length;
    await Bun.sleep(300);
    expect(sink.arrived.length).toBe(arrived);
    expect(arrived).toBeLessThan(1_500);
    const counts = exactCounts(data, ws, id, 1_500);
    expect(counts.pending + counts.leased).toBeGreaterThanOrEqual(1_500 - arrived);
    expect(bottleneckSaid(delivery, ws, id)).toContain("journal cannot be written");
    const refused = delivery.recordFact({
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
    await until(() => statusOf(data, ws, id).status === "completed", "completion", 30_000);

    expect(exactCounts(data, ws, id, 1_500)).toMatchObject({ sent: 1_500 });
    expect(sink.arrived.length).toBe(1_500);
    await until(() => delivery?.trouble() === undefined, "the all-clear");
  },
  60_000,
);

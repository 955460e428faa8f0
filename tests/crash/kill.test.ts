import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { createDue } from "../../server/delivery/queue/due.store.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, statusOf } from "../support/delivery-engine.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";

const RECIPIENTS = 20_000;
const CONNECTIONS = 20;
const KILLS = 5;

let data: DeliveryData;
let sink: TcpSink;
let engine: ReturnType<typeof startEngine> | undefined;
beforeAll(() => {
  data = newDeliveryData();
  // Slow enough that at every moment some messages are past their dot and unanswered.
  sink = startTcpSink({ delayMs: 2 });
});
afterAll(() => {
  engine?.kill("SIGKILL");
  sink.close();
  data.close();
});

function startEngine() {
  return Bun.spawn([process.execPath, join(import.meta.dir, "engine-process.ts"), data.dataDir], {
    stdout: "pipe",
    stderr: "inherit",
    env: { ...process.env, LOG_LEVEL: "error" },
  });
}

/** The same in every run, so that a failure can be looked at again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const one = (sql: string, ...params: unknown[]) =>
  Object.values(
    data
      .db(ws)
      .prepare<unknown[], Record<string, number>>(sql)
      .get(...params) ?? {},
  )[0];
let ws: string;

test("killed five times at random moments: nobody is lost, and a second copy only where the answer was not read", async () => {
  ws = data.newWorkspace();
  data.addContacts(ws, RECIPIENTS, ["gmail.com", "yahoo.com", "acme.example", "web.de"]);
  const id = data.addCampaign(ws, { port: sink.port, maxConnections: CONNECTIONS });
  createDue(data.databases.system, () => data.db(ws), Date.now).lower(ws, Date.now());
  const next = random(20_260);
  let unanswered = 0;

  for (let kill = 0; kill < KILLS; kill++) {
    engine = startEngine();
    const exited = engine.exited;
    // The first kill falls into the freeze or right behind it, the others anywhere.
    const goal = kill === 0 ? 0 : sink.arrived.length + Math.floor(next() * (RECIPIENTS / KILLS));
    while (sink.arrived.length < goal || exactCounts(data, ws, id).total === 0) {
      await Bun.sleep(2);
    }
    await Bun.sleep(next() * 40);
    engine.kill("SIGKILL");
    await exited;
    unanswered += CONNECTIONS;
    exactCounts(data, ws, id);
  }
  engine = startEngine();
  while (statusOf(data, ws, id).status !== "completed") {
    exactCounts(data, ws, id, RECIPIENTS);
    await Bun.sleep(25);
  }

  const copies = Map.groupBy(sink.arrived, ({ address }) => address);
  expect(copies.size).toBe(RECIPIENTS);
  const twice = [...copies].filter(([, arrivals]) => arrivals.length > 1);
  expect(twice.length).toBeLessThanOrEqual(unanswered);
  const listed = new Set(
    data
      .db(ws)
      .prepare<[], { address: string }>(
        "SELECT address FROM attempt JOIN message USING (campaign_id, seq) WHERE outcome = 'ambiguous'",
      )
      .all()
      .map(({ address }) => address),
  );
  expect(listed.size).toBeGreaterThan(0);
  expect(listed.size).toBeLessThanOrEqual(unanswered);
  for (const [address, arrivals] of twice) {
    expect(listed.has(address)).toBe(true);
    expect(new Set(arrivals.map(({ messageId }) => messageId)).size).toBe(1);
  }

  expect(exactCounts(data, ws, id, RECIPIENTS)).toMatchObject({ sent: RECIPIENTS });
  expect(one("SELECT count(*) FROM message WHERE state = 3")).toBe(RECIPIENTS);
  // Every fact was applied once: rows, attempts and counters, kept apart, agree.
  expect(one("SELECT count(*) FROM attempt WHERE outcome = 'accepted'")).toBe(RECIPIENTS);
  expect(one("SELECT count(DISTINCT seq) FROM attempt WHERE outcome = 'accepted'")).toBe(
    RECIPIENTS,
  );
  expect(one("SELECT n FROM campaign_count WHERE metric = 'sent' AND bucket = 0")).toBe(RECIPIENTS);
  expect(one("SELECT sum(n) FROM campaign_count WHERE metric = 'sent' AND bucket > 0")).toBe(
    RECIPIENTS,
  );
  expect(one("SELECT count(*) FROM message WHERE attempts <> 1")).toBe(listed.size);
}, 60_000);

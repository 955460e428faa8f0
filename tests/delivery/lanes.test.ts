import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { type MailSites, startMailSites } from "../support/mail-sites.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
let sites: MailSites;

beforeEach(async () => {
  engine = new TestEngine();
  sites = engine.closing(await startMailSites());
});
afterEach(() => engine.close());

function startDirect(): Promise<Delivery> {
  return engine.start({ change: (route) => sites.direct(route), dnsServers: [sites.dns.server] });
}

test("a slow site delays only its own messages, whatever share of the campaign it has", async () => {
  const slow = sites.add("slow.example", { delayMs: 250 });
  const fast = ["a.example", "b.example"].map((domain) => sites.add(domain));
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(
    ws,
    1_600,
    ["slow.example", "a.example", "slow.example", "slow.example"],
    "x",
  );
  engine.data.addContacts(ws, 800, ["slow.example", "b.example"], "y");
  const id = engine.data.addCampaign(ws, { maxConnections: 40 });
  await startDirect();
  await engine.delivery.prepareCampaign(ws, id);

  const arrivedFast = () => fast.reduce((sum, sink) => sum + sink.arrived.length, 0);
  await until(() => arrivedFast() === 800, "everybody at the fast sites");

  // The slow server has ten connections and accepts four messages a second on each.
  expect(slow.arrived.length).toBeLessThan(800);
  expect(slow.mostOpen()).toBeLessThanOrEqual(10);
  expect(exactCounts(engine.data, ws, id, 2_400).deferred).toBe(0);
  await until(
    () => engine.bottleneck(ws, id).includes("mx.slow.example"),
    "the slow site being named",
  );
}, 60_000);

test("a dead site is paused after a few attempts, and its recipients are retried spread over an hour", async () => {
  sites.addDead("dead.example");
  const good = sites.add("good.example");
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 800, ["dead.example", "good.example"]);
  const id = engine.data.addCampaign(ws, { maxConnections: 20 });
  await startDirect();
  const startedAt = Date.now();
  await engine.delivery.prepareCampaign(ws, id);

  await until(() => {
    const { pending, leased } = exactCounts(engine.data, ws, id, 800);
    return pending + leased === 0;
  }, "everybody having a state");

  expect(good.arrived.length).toBe(400);
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ sent: 400, deferred: 400 });
  const tries = engine.data
    .db(ws)
    .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome = 'deferred'")
    .get();
  expect(tries?.n).toBeLessThan(30);
  const due = engine.data
    .db(ws)
    .prepare<[], { minutes: number; n: number }>(
      "SELECT count(DISTINCT due_at) AS minutes, count(*) AS n FROM message WHERE reason = 'postponed'",
    )
    .get();
  expect(due?.n).toBeGreaterThan(370);
  expect(due?.minutes).toBeGreaterThan(30);
  const last = engine.data
    .db(ws)
    .prepare<[], { at: number }>("SELECT max(due_at) AS at FROM message")
    .get();
  expect(last?.at).toBeLessThan(startedAt + 2.5 * 3_600_000);
}, 60_000);

test("pausing and resuming with many lanes loses no message and duplicates none", async () => {
  const domains = Array.from({ length: 12 }, (_, i) => `d${i}.example`);
  const sinks = domains.map((domain, i) => sites.add(domain, { delayMs: 1 + i }));
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 2_400, domains);
  const id = engine.data.addCampaign(ws, { maxConnections: 30 });
  await startDirect();
  await engine.delivery.prepareCampaign(ws, id);
  const arrived = () => sinks.flatMap((sink) => sink.arrived.map(({ address }) => address));
  const isCompleted = () => engine.isCompleted(ws, id);

  let pauses = 0;
  for (let i = 0; i < 10 && !isCompleted(); i++) {
    await Bun.sleep(60 + ((i * 37) % 90));
    if (engine.move(ws, id, "sending", "pausing")) {
      await until(() => statusOf(engine.data, ws, id).status !== "pausing", "the pause", 5_000);
      const before = arrived().length;
      const counts = exactCounts(engine.data, ws, id, 2_400);
      expect(counts).toMatchObject({ leased: 0, sent: before });
      pauses += 1;
      engine.move(ws, id, "paused", "sending");
    }
  }
  await until(isCompleted, "completion", 30_000);

  expect(pauses).toBeGreaterThan(2);
  expect(arrived().length).toBe(2_400);
  expect(new Set(arrived()).size).toBe(2_400);
}, 60_000);

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Route } from "../../server/delivery/types.ts";
import { exactCounts, until } from "../support/delivery-engine.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;

beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

const start = (change?: (route: Route) => Route) => engine.start({ change });
const sentence = (ws: string, id: number) => engine.bottleneck(ws, id);

test("a daily quota survives a restart, costs no attempt, and is named", async () => {
  const peer = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 60);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  const limited = (route: Route): Route => ({ ...route, maxPerDay: 25 });
  await (await start(limited)).prepareCampaign(ws, id);

  await until(() => sentence(ws, id).includes("quota"), "the quota being named");
  expect(sentence(ws, id)).toMatch(
    /^The quota for the sending method “Relay” is used up until .*: 25 messages in 24 hours\.$/,
  );
  expect(peer.arrived.length).toBe(25);
  await engine.stop();

  await start(limited);
  await until(() => sentence(ws, id).includes("quota"), "the quota being named again");
  expect(peer.arrived.length).toBe(25);
  expect(exactCounts(engine.data, ws, id, 60)).toMatchObject({ sent: 25, deferred: 0, failed: 0 });
  const tries = engine.data.db(ws).prepare("SELECT count(*) AS n FROM attempt").get();
  expect(tries).toEqual({ n: 25 });
}, 60_000);

test("a campaign spread over time keeps its pace, and says so", async () => {
  const peer = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 600);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  engine.data
    .db(ws)
    .prepare("INSERT INTO campaign_sending (campaign_id, spread_minutes) VALUES (?, 10)")
    .run(id);
  engine.data
    .db(ws)
    .prepare("UPDATE campaign SET launched_at = ? WHERE id = ?")
    .run(Date.now(), id);
  await (await start()).prepareCampaign(ws, id);

  await until(() => peer.arrived.length >= 3, "the third message");

  expect(sentence(ws, id)).toBe("Spread over the period you chose: 1 message a second.");
  expect(peer.arrived.length).toBeLessThan(20);
}, 60_000);

test("a rate is never exceeded in any second, and is reached nevertheless", async () => {
  const arrivals: number[] = [];
  const peer = engine.tcpSink({
    onMessage: () => {
      arrivals.push(performance.now());
      return { reply: "250 ok" };
    },
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 600, ["gmail.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port, maxConnections: 10 });
  await (await start((route) => ({ ...route, maxPerSecond: 200 }))).prepareCampaign(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion");

  for (const from of arrivals) {
    // 200 per second, a burst of 10, and messages that the sink's socket delivered late.
    expect(arrivals.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(
      230,
    );
  }
  expect(arrivals.length).toBe(600);
}, 60_000);

test("two workspaces that share a server get equal shares, whatever else they have", async () => {
  const peer = engine.tcpSink({ delayMs: 2 });
  const [a, b] = [engine.data.newWorkspace(), engine.data.newWorkspace()];
  engine.data.addContacts(a, 3_000, ["gmail.com", "acme.example"], "a");
  engine.data.addContacts(b, 3_000, ["yahoo.com"], "b");
  const [ofA, ofB] = [
    engine.data.addCampaign(a, { port: peer.port, maxConnections: 4 }),
    engine.data.addCampaign(b, { port: peer.port, maxConnections: 4 }),
  ];
  const started = await start();
  await Promise.all([started.prepareCampaign(a, ofA), started.prepareCampaign(b, ofB)]);
  await until(() => peer.arrived.some(({ address }) => address.startsWith("b")), "the second one");
  const from = peer.arrived.length;

  await until(() => peer.arrived.length >= from + 3_000, "half of the work");

  const part = peer.arrived.slice(from, from + 3_000);
  const share = part.filter(({ address }) => address.startsWith("a")).length / part.length;
  expect(share).toBeWithin(0.45, 0.55);
}, 60_000);

test("a rule's suspension affects its provider alone, costs no attempt, and its chunks are released", async () => {
  const peer = engine.tcpSink({
    onRecipient: (address) =>
      address.endsWith("@yahoo.com")
        ? "421 4.7.0 [TSS04] Messages temporarily deferred due to user complaints"
        : "250 ok",
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 2_000, ["yahoo.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await (await start((route) => ({ ...route, preset: "yahoo" }))).prepareCampaign(ws, id);

  await until(() => {
    const { sent, leased } = exactCounts(engine.data, ws, id, 2_000);
    return sent === 1_000 && leased === 0;
  }, "everybody elsewhere");

  const { pending, deferred } = exactCounts(engine.data, ws, id, 2_000);
  // Messages in flight when the rule matched; the others were never tried.
  expect(deferred).toBeWithin(2, 20);
  expect(pending).toBe(1_000 - deferred);
  const tries = engine.data
    .db(ws)
    .prepare<[], { n: number }>("SELECT count(*) AS n FROM attempt WHERE outcome <> 'accepted'")
    .get();
  expect(tries?.n).toBe(deferred);
  await until(() => sentence(ws, id).includes("is paused"), "the sentence");
  expect(sentence(ws, id)).toMatch(
    /^Sending is paused for the sending method “Relay” to yahoo until/,
  );

  // The suspension survives a restart, and nothing is tried.
  await engine.stop();
  await start((route) => ({ ...route, preset: "yahoo" }));
  await until(
    () => sentence(ws, id).includes("“Relay” to yahoo until"),
    "the suspension after a restart",
  );
  expect(exactCounts(engine.data, ws, id, 2_000)).toMatchObject({ deferred });
}, 60_000);

test("a server that accepts the connection and never greets is named, with what it is waiting for and since when", async () => {
  const mute = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 60);
  const id = engine.data.addCampaign(ws, { port: mute.port, maxConnections: 2 });
  await (await start()).prepareCampaign(ws, id);

  await until(() => sentence(ws, id).includes("its greeting"), "the silence being named");

  expect(sentence(ws, id)).toMatch(
    /^The server 127\.0\.0\.1 \(sending method “Relay”\) accepted the connection\. Waiting since \d\d:\d\d UTC for its greeting\.$/,
  );
  mute.stop(true);
}, 60_000);

test.each([2, 3, 4])(
  "%d providers that share a relay's rate take turns, so that none waits for another to finish",
  async (n) => {
    const domains = ["yahoo.com", "acme.example", "gmail.com", "gmx.de"].slice(0, n);
    const peer = engine.tcpSink();
    const ws = engine.data.newWorkspace();
    engine.data.addContacts(ws, 600, domains);
    const id = engine.data.addCampaign(ws, { port: peer.port });
    await (await start((route) => ({ ...route, maxPerSecond: 40 }))).prepareCampaign(ws, id);

    await until(() => peer.arrived.length >= 80, "the first of them");

    for (const domain of domains) {
      const own = peer.arrived.filter(({ address }) => address.endsWith(`@${domain}`));
      expect(own.length / peer.arrived.length).toBeWithin(0.8 / n, 1.2 / n);
    }
  },
  60_000,
);

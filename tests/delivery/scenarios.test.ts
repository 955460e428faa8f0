// The engine against servers that behave like real ones: whole campaigns over real sockets and files.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { random } from "../support/kill-scenario.ts";
import { startPostfix } from "../support/postfix.ts";
import type { TcpSink } from "../support/tcp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";
import { watchWal } from "../support/wal-watch.ts";

setDefaultTimeout(120_000);

let engine: TestEngine;
beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

/** Moves time past the delay of deferred messages. */
function untilDue(ws: string): void {
  engine.data.db(ws).exec(`UPDATE message SET due_at = 1 WHERE state = 1;
                    UPDATE chunk SET next_due = 1 WHERE deferred > 0`);
  engine.delivery.notice(ws, 1);
}

function everyoneOnce(sink: TcpSink, total: number): void {
  expect(sink.arrived.length).toBe(total);
  expect(new Set(sink.arrived.map(({ address }) => address)).size).toBe(total);
}

test("scenario 3: paused and resumed fifty times, nothing is sent while paused and the counts add up", async () => {
  const total = 6_000;
  const sink = engine.tcpSink({ delayMs: 1 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, total, ["gmail.com", "yahoo.com", "acme.example"]);
  const id = engine.data.addCampaign(ws, { port: sink.port, maxConnections: 10 });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  const next = random(3);

  let pauses = 0;
  while (pauses < 50 && !engine.isCompleted(ws, id)) {
    await Bun.sleep(next() * 20);
    if (!engine.move(ws, id, "sending", "pausing")) {
      continue;
    }
    pauses += 1;
    await until(() => statusOf(engine.data, ws, id).status !== "pausing", "the pause");
    const arrived = sink.arrived.length;
    await Bun.sleep(15);
    const counts = exactCounts(engine.data, ws, id, total);
    expect(sink.arrived.length).toBe(arrived);
    expect(counts.sent).toBe(arrived);
    expect(counts.leased).toBe(0);
    engine.move(ws, id, "paused", "sending");
  }
  await until(() => engine.isCompleted(ws, id), "completion", 60_000);

  expect(pauses).toBeGreaterThan(20);
  everyoneOnce(sink, total);
});

test("scenario 6: a Postfix that accepts five connections is used with five, and few are rejected", async () => {
  const total = 600;
  const postfix = await startPostfix({
    smtpd_client_connection_count_limit: "5",
    smtpd_client_event_limit_exceptions: "",
    smtpd_relay_restrictions: "permit_mynetworks, reject",
    mynetworks: "127.0.0.1/32",
    smtpd_sasl_auth_enable: "no",
  });
  engine.closing({ close: () => postfix.stop() });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, total, ["one.test", "two.test"]);
  const id = engine.data.addCampaign(ws, { port: postfix.port, maxConnections: 20 });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);

  await until(
    () => {
      exactCounts(engine.data, ws, id, total);
      untilDue(ws);
      return engine.isCompleted(ws, id);
    },
    "completion",
    90_000,
  );
  await postfix.settle();

  const attempts = engine.data
    .db(ws)
    .prepare("SELECT count(*) FROM attempt")
    .pluck()
    .get() as number;
  expect(exactCounts(engine.data, ws, id)).toMatchObject({ sent: total });
  expect(postfix.delivered()).toHaveLength(total);
  // Postfix refuses connections above its limit; hardly any message may have used up an attempt on such a refusal.
  expect(attempts - total).toBeLessThanOrEqual(total * 0.02);
});

test("scenario 7: no second sees more messages than the limit and its burst", async () => {
  const perSecond = 200;
  const arrivals: number[] = [];
  const sink = engine.tcpSink({
    onMessage: () => {
      arrivals.push(performance.now());
      return { reply: "250 ok" };
    },
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 700);
  const id = engine.data.addCampaign(ws, { port: sink.port, maxConnections: 20 });
  await engine.start({ change: (route) => ({ ...route, maxPerSecond: perSecond }) });
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion", 60_000);

  everyoneOnce(sink, 700);
  let most = 0;
  for (let first = 0, last = 0; last < arrivals.length; last++) {
    while ((arrivals[last] ?? 0) - (arrivals[first] ?? 0) >= 1_000) {
      first++;
    }
    most = Math.max(most, last - first + 1);
  }
  // A burst of 50 ms may be sent at once, and messages delayed by a busy machine arrive together with the next ones.
  expect(most).toBeLessThanOrEqual(perSecond * 1.25);
});

test("scenario 8: behind a greylist every message is delivered at the second attempt, from the same address", async () => {
  const total = 300;
  const tries = new Map<string, number>();
  const sink = engine.tcpSink({
    onRecipient: (address) => {
      const n = (tries.get(address) ?? 0) + 1;
      tries.set(address, n);
      return n === 1
        ? "451 4.7.1 Greylisting in action, please come back in 00:05:00"
        : "250 2.1.5 ok";
    },
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, total, ["grey.example"]);
  const id = engine.data.addCampaign(ws, { port: sink.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => exactCounts(engine.data, ws, id, total).deferred === total, "the deferrals");
  const wait = engine.data
    .db(ws)
    .prepare("SELECT min(due_at - changed_at) FROM message")
    .pluck()
    .get() as number;
  untilDue(ws);
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(wait).toBeGreaterThanOrEqual(4 * 60_000);
  expect([...tries.values()].every((n) => n === 2)).toBe(true);
  everyoneOnce(sink, total);
});

test("scenario 9: a reply lost after the dot is retried once with the same Message-ID, and reported", async () => {
  const total = 1_000;
  const dropped = new Set<string>();
  const sink = engine.tcpSink({
    onMessage: (address) => {
      if (Number(/\d+/.exec(address)?.[0]) % 100 === 7 && !dropped.has(address)) {
        dropped.add(address);
        return { drop: true };
      }
      return { reply: "250 ok" };
    },
  });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, total);
  const id = engine.data.addCampaign(ws, { port: sink.port });
  await engine.start();
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => exactCounts(engine.data, ws, id, total).sent === total - 10, "the first tries");
  untilDue(ws);
  await until(() => engine.isCompleted(ws, id), "completion");

  const copies = Map.groupBy(sink.arrived, ({ address }) => address);
  const twice = [...copies].filter(([, arrivals]) => arrivals.length > 1);
  const reported = engine.data
    .db(ws)
    .prepare<[], { address: string }>(
      "SELECT address FROM attempt JOIN message USING (campaign_id, seq) WHERE outcome = 'ambiguous' ORDER BY address",
    )
    .all();
  expect(dropped.size).toBe(10);
  expect(new Set(twice.map(([address]) => address))).toEqual(dropped);
  expect(twice.every(([, arrivals]) => arrivals.length === 2)).toBe(true);
  expect(twice.every(([, all]) => new Set(all.map((one) => one.messageId)).size === 1)).toBe(true);
  expect(reported.map(({ address }) => address)).toEqual([...dropped].sort());
});

test("scenario 10: at 1,400 messages a second a workspace's file gets at most ten commits a second of 100 pages", async () => {
  const total = 7_000;
  const sink = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, total, ["gmail.com", "yahoo.com", "acme.example", "web.de"]);
  const id = engine.data.addCampaign(ws, { port: sink.port, maxConnections: 20 });
  await engine.start({ change: (route) => ({ ...route, maxPerSecond: 1_400 }) });
  await engine.delivery.prepareCampaign(ws, id);
  const wal = watchWal(join(engine.data.dataDir, `t_${ws}.db`));
  const startedAt = performance.now();
  await until(() => engine.isCompleted(ws, id), "completion", 60_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { commits, pages } = wal.stop();

  everyoneOnce(sink, total);
  expect(commits).toBeGreaterThan(0);
  expect(commits / seconds).toBeLessThanOrEqual(10);
  expect(pages / commits).toBeLessThanOrEqual(100);
});

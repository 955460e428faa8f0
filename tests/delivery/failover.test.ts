import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Route } from "../../server/delivery/types.ts";
import { exactCounts, statusOf, until } from "../support/delivery-engine.ts";
import { freePort } from "../support/free-port.ts";
import type { TcpSink, TcpSinkOptions } from "../support/tcp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;

beforeEach(() => {
  engine = new TestEngine();
});
afterEach(() => engine.close());

type Member = { port: number; position?: number; weight?: number };

/** Launches a campaign over a group of relays; returns its id. */
function addGroupCampaign(ws: string, members: Member[]): number {
  const db = engine.data.db(ws);
  const id = engine.data.addCampaign(ws);
  db.exec("DELETE FROM route");
  db.exec("INSERT INTO route_group (id, name, created_at, updated_at) VALUES (1, 'All', 0, 0)");
  const addRoute = db.prepare(
    `INSERT INTO route (id, name, kind, host, port, security, max_connections, created_at, updated_at)
     VALUES (?, ?, 'relay', '127.0.0.1', ?, 'none', 4, 0, 0)`,
  );
  const addMember = db.prepare("INSERT INTO route_group_member VALUES (1, ?, ?, ?)");
  for (const [index, { port, position = index, weight = 1 }] of members.entries()) {
    addRoute.run(index + 1, `Relay ${index + 1}`, port);
    addMember.run(index + 1, position, weight);
  }
  db.prepare("INSERT INTO campaign_sending (campaign_id, route_group_id) VALUES (?, 1)").run(id);
  return id;
}

async function start(ws: string, id: number, change?: (route: Route) => Route) {
  await engine.start({ change });
  await engine.delivery.prepareCampaign(ws, id);
}

const addresses = (peer: TcpSink) => peer.arrived.map(({ address }) => address);

test("recipients of an unreachable relay move to the next one, and none is lost", async () => {
  const second = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 600, ["gmail.com", "acme.example"]);
  const id = addGroupCampaign(ws, [{ port: await freePort() }, { port: second.port }]);
  await start(ws, id);

  await until(() => engine.isCompleted(ws, id), "completion", 30_000);

  expect(exactCounts(engine.data, ws, id, 600)).toMatchObject({ sent: 600 });
  expect(new Set(addresses(second)).size).toBe(600);
  expect(second.arrived.length).toBe(600);
}, 60_000);

test("a relay that goes away mid-campaign hands over everything except messages awaiting their last reply", async () => {
  const first = engine.tcpSink({ delayMs: 5 });
  const second = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 1_000, ["gmail.com", "acme.example"]);
  const id = addGroupCampaign(ws, [{ port: first.port }, { port: second.port }]);
  await start(ws, id);
  await until(() => first.arrived.length >= 100, "the first messages");
  first.close();

  await until(() => {
    const { pending, leased, deferred } = exactCounts(engine.data, ws, id, 1_000);
    // Four connections: that many messages may have had their dot and no reply. They are tried again later.
    return pending + leased === 0 && deferred <= 4;
  }, "everybody else");

  const { sent, deferred } = exactCounts(engine.data, ws, id, 1_000);
  const byBoth = new Set([...addresses(first), ...addresses(second)]);
  expect(sent + deferred).toBe(1_000);
  expect(byBoth.size).toBeGreaterThanOrEqual(sent);
  expect(first.arrived.length + second.arrived.length).toBe(byBoth.size);
  expect(second.arrived.length).toBeGreaterThan(500);
}, 60_000);

test("routes of one position share by weight, and a domain stays with its route", async () => {
  const [heavy, light] = [engine.tcpSink(), engine.tcpSink()];
  const ws = engine.data.newWorkspace();
  const domains = Array.from({ length: 200 }, (_, i) => `d${i}.example`);
  engine.data.addContacts(ws, 800, domains);
  const id = addGroupCampaign(ws, [
    { port: heavy.port, position: 0, weight: 3 },
    { port: light.port, position: 0, weight: 1 },
  ]);
  await start(ws, id);
  await until(() => engine.isCompleted(ws, id), "completion", 30_000);

  expect(heavy.arrived.length / 800).toBeGreaterThan(0.6);
  expect(heavy.arrived.length / 800).toBeLessThan(0.9);
  const domainsOf = (peer: TcpSink) => new Set(addresses(peer).map((a) => a.split("@")[1]));
  expect(domainsOf(heavy).intersection(domainsOf(light)).size).toBe(0);
}, 60_000);

test("a route is used only for its allowed domains; a recipient without a route fails with the reason", async () => {
  const [first, second] = [engine.tcpSink(), engine.tcpSink()];
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 90, ["a.example", "b.example", "c.example"]);
  const id = addGroupCampaign(ws, [{ port: first.port }, { port: second.port }]);
  await start(ws, id, (route) =>
    route.id === 1
      ? { ...route, allowDomains: ["a.example"] }
      : { ...route, denyDomains: ["*.example"], allowDomains: [] },
  );
  await until(() => engine.isCompleted(ws, id), "completion");

  expect(new Set(addresses(first).map((a) => a.split("@")[1]))).toEqual(new Set(["a.example"]));
  expect(exactCounts(engine.data, ws, id, 90)).toMatchObject({ sent: 30, failed: 60 });
  const why = engine.data
    .db(ws)
    .prepare<[], { reason: string; reply: string }>(
      `SELECT reason, reply FROM message JOIN attempt USING (campaign_id, seq)
        WHERE state = 5 AND address LIKE '%@b.example' LIMIT 1`,
    )
    .get();
  expect(why).toEqual({
    reason: "no_route",
    reply: "No sending method of this campaign allows b.example.",
  });
}, 30_000);

for (const [when, busy] of [
  ["as its greeting", { onConnection: () => "421 4.3.2 too many connections" }],
  ["at MAIL", { onSender: () => "421 4.7.0 try again later" }],
] as [string, TcpSinkOptions][]) {
  test(`a relay that answers 421 ${when} is tried a few times, and the next route takes everybody within seconds`, async () => {
    const first = engine.tcpSink(busy);
    const second = engine.tcpSink();
    const ws = engine.data.newWorkspace();
    engine.data.addContacts(ws, 600, ["gmail.com", "acme.example"]);
    const id = addGroupCampaign(ws, [{ port: first.port }, { port: second.port }]);
    const startedAt = performance.now();
    await start(ws, id);

    await until(() => engine.isCompleted(ws, id), "completion", 20_000);

    expect(exactCounts(engine.data, ws, id, 600)).toMatchObject({
      sent: 600,
      failed: 0,
      bounced: 0,
    });
    expect(second.arrived.length).toBe(600);
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    // Three failures open the circuit; without it there would be hundreds of new connections.
    expect(first.made()).toBeLessThan(20);
    const queue = await engine.delivery.queue(ws);
    for (const at of [queue?.at, ...(queue?.routes ?? []).map(({ retryAt }) => retryAt ?? 0)]) {
      expect(Number.isInteger(at)).toBe(true);
    }
  }, 40_000);
}

test("a relay that was busy is used again when it has recovered", async () => {
  let isBusy = true;
  const first = engine.tcpSink({
    onSender: () => (isBusy ? "421 4.7.0 try again later" : "250 ok"),
  });
  const second = engine.tcpSink({ delayMs: 100 });
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 2_500, ["gmail.com", "acme.example"]);
  const id = addGroupCampaign(ws, [{ port: first.port }, { port: second.port }]);
  await start(ws, id);
  await until(() => second.arrived.length >= 10, "the stand-in");
  isBusy = false;

  await until(() => first.arrived.length > 100, "the first one again", 60_000);
  await until(() => engine.isCompleted(ws, id), "completion", 60_000);

  expect(new Set([...addresses(first), ...addresses(second)]).size).toBe(2_500);
  expect(first.arrived.length + second.arrived.length).toBe(2_500);
}, 120_000);

test("a relay that ends each connection with 421 after some messages is considered healthy and keeps its mail", async () => {
  const first = engine.tcpSink({
    onSender: (brought) => (brought < 8 ? "250 ok" : "421 4.7.0 enough for one connection"),
  });
  const second = engine.tcpSink();
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 400, ["gmail.com", "acme.example"]);
  const id = addGroupCampaign(ws, [{ port: first.port }, { port: second.port }]);
  await start(ws, id);

  await until(() => engine.isCompleted(ws, id), "completion", 40_000);

  expect(exactCounts(engine.data, ws, id, 400)).toMatchObject({ sent: 400 });
  expect(first.arrived.length).toBe(400);
}, 60_000);

test("when no route of the group works the campaign pauses and says why", async () => {
  const refuse = { onRecipient: () => "550 5.7.1 relaying denied: unpaid" };
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 50);
  const id = addGroupCampaign(ws, [
    { port: engine.tcpSink(refuse).port },
    { port: engine.tcpSink(refuse).port },
  ]);
  await start(ws, id);

  await until(() => statusOf(engine.data, ws, id).status === "paused", "the pause");

  expect(statusOf(engine.data, ws, id).status_reason).toMatch(
    /^The sending method “Relay [12]” does not work: 550/,
  );
  expect(exactCounts(engine.data, ws, id, 50)).toMatchObject({ sent: 0, leased: 0, failed: 0 });
}, 30_000);

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readQueue, resumeNow, suspendFor } from "../../server/features/queue/queue.service.ts";
import { exactCounts, until } from "../support/delivery-engine.ts";
import type { TcpSink } from "../support/tcp-sink.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
let peer: TcpSink;

beforeEach(async () => {
  engine = new TestEngine();
  peer = engine.tcpSink({ delayMs: 20 });
  await engine.start({ change: (route) => ({ ...route, maxPerDay: 100_000 }) });
});
afterEach(() => engine.close());

const queueOf = (ws: string) => readQueue(engine.delivery, engine.data.db(ws), ws);

test("the queue shows a workspace only its own sites, routes and quotas", async () => {
  const [ws, other] = [engine.data.newWorkspace(), engine.data.newWorkspace()];
  engine.data.addContacts(ws, 3_000, ["gmail.com", "acme.example"]);
  engine.data.addContacts(other, 3_000, ["yahoo.com"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  const otherId = engine.data.addCampaign(other, { port: peer.port });
  await engine.delivery.prepareCampaign(ws, id);
  await engine.delivery.prepareCampaign(other, otherId);
  await until(() => peer.arrived.length > 50, "the first messages");

  const queue = await queueOf(ws);

  expect(queue.campaigns).toMatchObject([{ id, name: "News" }]);
  expect(queue.campaigns[0]?.inHand).toBeGreaterThan(0);
  expect(queue.campaigns[0]?.bottleneck?.detail).toBeTruthy();
  expect(queue.sites.map(({ provider }) => provider)).toContain("gmail");
  for (const site of queue.sites) {
    expect(site.ages.reduce((sum, n) => sum + n, 0)).toBe(site.waiting);
    expect(site.campaignIds).toEqual([id]);
    expect(site.limit.id.startsWith(ws)).toBe(true);
  }
  expect(queue.routes).toMatchObject([{ name: "Relay", circuit: "closed", maxConnections: 5 }]);
  expect(queue.quotas).toMatchObject([{ level: "route", period: "day", max: 100_000 }]);
  expect(JSON.stringify(queue)).not.toContain(other);
  const all = await engine.delivery.queue(undefined);
  expect(new Set(all.sites.map(({ workspaceId }) => workspaceId))).toEqual(new Set([ws, other]));
}, 30_000);

test("a suspended site gets nothing until it is resumed, and then everything", async () => {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, 1_200, ["gmail.com", "yahoo.com"]);
  const id = engine.data.addCampaign(ws, { port: peer.port });
  await engine.delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 20, "the first messages");
  const site = (await queueOf(ws)).sites.find(({ provider }) => provider === "gmail");
  const limit = { level: "route_provider" as const, id: site?.limit.id ?? "" };
  expect(site?.limit).toEqual(limit);

  const invented = { ...limit, id: `${ws}/1/made-up`, minutes: 30 };
  const refusal = suspendFor(engine.delivery, ws, invented).catch((error: Error) => error.message);
  expect(await refusal).toContain("no such limit");
  await suspendFor(engine.delivery, ws, { ...limit, minutes: 30 });
  const toGmail = () => peer.arrived.filter(({ address }) => address.endsWith("gmail.com")).length;
  await until(() => peer.arrived.length - toGmail() === 600, "everybody else");
  const before = toGmail();
  expect(before).toBeLessThan(600);
  await until(() => exactCounts(engine.data, ws, id).leased === 0, "the chunks going back");
  const { holds } = await queueOf(ws);
  expect(holds).toMatchObject([{ ...limit, isSuspended: true }]);

  const stranger = engine.data.newWorkspace();
  expect(resumeNow(engine.delivery, stranger, limit)).rejects.toThrow("no such limit");
  await resumeNow(engine.delivery, ws, limit);
  await until(() => peer.arrived.length === 1_200, "the rest");
  expect(toGmail()).toBe(600);
  expect(resumeNow(engine.delivery, ws, limit)).rejects.toThrow("no longer paused");
}, 60_000);

import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { readQueue, resumeNow, suspendFor } from "../../server/features/queue/queue.service.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import { exactCounts, portsWith, startTestDelivery, until } from "../support/delivery-engine.ts";
import { startTcpSink, type TcpSink } from "../support/tcp-sink.ts";

let data: DeliveryData;
let delivery: Delivery;
let peer: TcpSink;

beforeEach(async () => {
  data = newDeliveryData();
  peer = startTcpSink({ delayMs: 20 });
  delivery = await startTestDelivery(
    data,
    portsWith(data, (route) => ({ ...route, maxPerDay: 100_000 })),
  );
});
afterEach(async () => {
  await delivery.stop();
  peer.close();
  data.close();
});

const queueOf = (ws: string) => readQueue(delivery, data.db(ws), ws);

test("the queue shows a workspace its own sites, routes and quotas, and nobody else's", async () => {
  const [ws, other] = [data.newWorkspace(), data.newWorkspace()];
  data.addContacts(ws, 3_000, ["gmail.com", "acme.example"]);
  data.addContacts(other, 3_000, ["yahoo.com"]);
  const id = data.addCampaign(ws, { port: peer.port });
  const otherId = data.addCampaign(other, { port: peer.port });
  await delivery.prepareCampaign(ws, id);
  await delivery.prepareCampaign(other, otherId);
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
  const all = await delivery.queue(undefined);
  expect(new Set(all.sites.map(({ workspaceId }) => workspaceId))).toEqual(new Set([ws, other]));
}, 30_000);

test("a site that somebody suspends gets nothing until it is resumed, and then everything", async () => {
  const ws = data.newWorkspace();
  data.addContacts(ws, 1_200, ["gmail.com", "yahoo.com"]);
  const id = data.addCampaign(ws, { port: peer.port });
  await delivery.prepareCampaign(ws, id);
  await until(() => peer.arrived.length > 20, "the first messages");
  const site = (await queueOf(ws)).sites.find(({ provider }) => provider === "gmail");
  const limit = { level: "route_provider" as const, id: site?.limit.id ?? "" };
  expect(site?.limit).toEqual(limit);

  const invented = { ...limit, id: `${ws}/1/made-up`, minutes: 30 };
  const refusal = suspendFor(delivery, ws, invented).catch((error: Error) => error.message);
  expect(await refusal).toContain("no such limit");
  await suspendFor(delivery, ws, { ...limit, minutes: 30 });
  const toGmail = () => peer.arrived.filter(({ address }) => address.endsWith("gmail.com")).length;
  await until(() => peer.arrived.length - toGmail() === 600, "everybody else");
  const before = toGmail();
  expect(before).toBeLessThan(600);
  await until(() => exactCounts(data, ws, id).leased === 0, "the chunks going back");
  const { holds } = await queueOf(ws);
  expect(holds).toMatchObject([{ ...limit, isSuspended: true }]);

  const stranger = data.newWorkspace();
  expect(resumeNow(delivery, stranger, limit)).rejects.toThrow("no such limit");
  await resumeNow(delivery, ws, limit);
  await until(() => peer.arrived.length === 1_200, "the rest");
  expect(toGmail()).toBe(600);
  expect(resumeNow(delivery, ws, limit)).rejects.toThrow("Nothing is paused");
}, 60_000);

// One tenant's relay that takes connections and says nothing, and others beside it that must not notice.
import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Delivery } from "../../server/delivery/threads/engine.ts";
import { type DeliveryData, newDeliveryData } from "../support/delivery-data.ts";
import {
  bottleneckSaid,
  exactCounts,
  startTestDelivery,
  statusOf,
  until,
} from "../support/delivery-engine.ts";
import { type MuteServer, startMuteServer } from "../support/mute-server.ts";
import { startTcpSink, type TcpSink, type TcpSinkOptions } from "../support/tcp-sink.ts";

let data: DeliveryData;
let delivery: Delivery;
let mute: MuteServer;
let sinks: TcpSink[];

beforeEach(async () => {
  data = newDeliveryData();
  mute = await startMuteServer();
  sinks = [];
});
afterEach(async () => {
  await delivery.stop();
  await mute.close();
  for (const sink of sinks) {
    sink.close();
  }
  data.close();
});

function sink(options?: TcpSinkOptions): TcpSink {
  const started = startTcpSink(options);
  sinks.push(started);
  return started;
}

/** A workspace with a campaign that is ready to go. */
function tenant(port: number, people: number, maxConnections: number): { ws: string; id: number } {
  const ws = data.newWorkspace();
  data.addContacts(ws, people, ["gmail.com", "acme.example"]);
  return { ws, id: data.addCampaign(ws, { port, maxConnections }) };
}

const isCompleted = ({ ws, id }: { ws: string; id: number }) =>
  statusOf(data, ws, id).status === "completed";

test.each([
  [13, 20],
  [3, 200],
])(
  "%i tenants whose relays of %i connections never greet do not slow a healthy campaign down",
  async (tenants, connections) => {
    const healthy = sink();
    const hung = Array.from({ length: tenants }, () => tenant(mute.port, 600, connections));
    const well = tenant(healthy.port, 2_000, 20);
    delivery = await startTestDelivery(data);
    for (const { ws, id } of hung) {
      await delivery.prepareCampaign(ws, id);
    }
    await until(() => mute.open() === tenants, "every relay being knocked at");

    const startedAt = performance.now();
    await delivery.prepareCampaign(well.ws, well.id);
    await until(() => isCompleted(well), "the healthy campaign", 30_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(
      `${tenants} hung relays × ${connections}: 2,000 messages beside them in ${seconds.toFixed(1)} s\n`,
    );

    expect(exactCounts(data, well.ws, well.id, 2_000).sent).toBe(2_000);
    // Each is tried by one connection: no message more waits for it than finds out whether it greets.
    expect(mute.mostOpen()).toBe(tenants);
    for (const { ws, id } of hung) {
      expect(exactCounts(data, ws, id, 600)).toMatchObject({ sent: 0, failed: 0 });
    }
    const [first] = hung;
    const said = () => bottleneckSaid(delivery, first?.ws ?? "", first?.id ?? 0);
    await until(() => /has not greeted yet/.test(said()), "the silence being named");
  },
  60_000,
);

const never = new Promise<void>(() => undefined);

test.each([
  { tenants: 1, campaigns: 3 },
  { tenants: 3, campaigns: 1 },
  { tenants: 8, campaigns: 3 },
])(
  "$tenants tenants with $campaigns campaigns each, whose relays hang at DATA or after the dot, leave places to who comes later",
  async ({ tenants, campaigns }) => {
    const healthy = sink();
    const hanging = [
      sink({ beforeData: () => never }),
      sink({ delayMs: 600_000 }),
      sink({ beforeData: () => never }),
    ];
    const hung = Array.from({ length: tenants }, (_, n) => {
      const { ws, id } = tenant(hanging[n % 3]?.port ?? 0, 600, 200);
      const more = hanging
        .slice(1, campaigns)
        .map(({ port }) => data.addCampaign(ws, { port, maxConnections: 200 }));
      return { ws, ids: [id, ...more] };
    });
    const well = tenant(healthy.port, 2_000, 20);
    delivery = await startTestDelivery(data);
    for (const { ws, ids } of hung) {
      for (const id of ids) {
        await delivery.prepareCampaign(ws, id);
      }
    }
    let open = -1;
    await until(() => {
      const now = hanging.reduce((sum, one) => sum + one.open(), 0);
      const isStill = now === open && now > 100;
      open = now;
      return isStill;
    }, "the places being taken");

    const startedAt = performance.now();
    await delivery.prepareCampaign(well.ws, well.id);
    await until(() => isCompleted(well), "the healthy campaign", 40_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(
      `${tenants} × ${campaigns} hung after the greeting (${open} connections): 2,000 messages beside them in ${seconds.toFixed(1)} s\n`,
    );

    expect(exactCounts(data, well.ws, well.id, 2_000).sent).toBe(2_000);
    expect(new Set(healthy.arrived.map(({ address }) => address)).size).toBe(2_000);
    // Dropped, so that what hangs ends before the delivery is stopped.
    for (const one of hanging) {
      one.close();
    }
  },
  90_000,
);

test("a relay that greets a few connections at a time serves many tenants in turn, none of them at a crawl", async () => {
  const crowded = sink({ maxSessions: 8, delayMs: 5 });
  const tenants = Array.from({ length: 12 }, () => tenant(crowded.port, 200, 10));
  delivery = await startTestDelivery(data);
  const startedAt = performance.now();
  for (const { ws, id } of tenants) {
    await delivery.prepareCampaign(ws, id);
  }
  await until(() => tenants.every(isCompleted), "all campaigns", 60_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(
    `12 tenants at a relay of 8 sessions: 2,400 messages in ${seconds.toFixed(1)} s\n`,
  );

  expect(crowded.arrived.length).toBe(2_400);
  expect(new Set(crowded.arrived.map(({ messageId }) => messageId)).size).toBe(2_400);
}, 90_000);

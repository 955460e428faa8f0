// Relays that accept connections and never reply, and other tenants that must not be affected.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { exactCounts, until } from "../support/delivery-engine.ts";
import { type MuteServer, startMuteServer } from "../support/mute-server.ts";
import { TestEngine } from "../support/test-engine.ts";

let engine: TestEngine;
let mute: MuteServer;

beforeEach(async () => {
  engine = new TestEngine();
  mute = engine.closing(await startMuteServer());
});
afterEach(() => engine.close());

/** A workspace with a campaign that is ready to go. */
function tenant(port: number, people: number, maxConnections: number): { ws: string; id: number } {
  const ws = engine.data.newWorkspace();
  engine.data.addContacts(ws, people, ["gmail.com", "acme.example"]);
  return { ws, id: engine.data.addCampaign(ws, { port, maxConnections }) };
}

const isCompleted = ({ ws, id }: { ws: string; id: number }) => engine.isCompleted(ws, id);

test.each([
  [13, 20],
  [3, 200],
])(
  "%i tenants whose relays of %i connections never greet do not slow a healthy campaign down",
  async (tenants, connections) => {
    const healthy = engine.tcpSink();
    const hung = Array.from({ length: tenants }, () => tenant(mute.port, 600, connections));
    const well = tenant(healthy.port, 2_000, 20);
    await engine.start();
    for (const { ws, id } of hung) {
      await engine.delivery.prepareCampaign(ws, id);
    }
    await until(() => mute.open() === tenants, "every relay being knocked at");

    const startedAt = performance.now();
    await engine.delivery.prepareCampaign(well.ws, well.id);
    await until(() => isCompleted(well), "the healthy campaign", 30_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(
      `${tenants} hung relays × ${connections}: 2,000 messages beside them in ${seconds.toFixed(1)} s\n`,
    );

    expect(exactCounts(engine.data, well.ws, well.id, 2_000).sent).toBe(2_000);
    // Each is tried with one connection. Only the message that tests whether the server greets waits for it.
    expect(mute.mostOpen()).toBe(tenants);
    for (const { ws, id } of hung) {
      expect(exactCounts(engine.data, ws, id, 600)).toMatchObject({ sent: 0, failed: 0 });
    }
    const [first] = hung;
    const said = () => engine.bottleneck(first?.ws ?? "", first?.id ?? 0);
    await until(() => /for its greeting/.test(said()), "the silence being named");
  },
  60_000,
);

const never = new Promise<void>(() => undefined);

test.each([
  { tenants: 1, campaigns: 3 },
  { tenants: 3, campaigns: 1 },
  { tenants: 8, campaigns: 3 },
])(
  "$tenants tenants with $campaigns campaigns each, whose relays hang at DATA or after the dot, leave places to later tenants",
  async ({ tenants, campaigns }) => {
    const healthy = engine.tcpSink();
    const hanging = [
      engine.tcpSink({ beforeData: () => never }),
      engine.tcpSink({ delayMs: 600_000 }),
      engine.tcpSink({ beforeData: () => never }),
    ];
    const hung = Array.from({ length: tenants }, (_, n) => {
      const { ws, id } = tenant(hanging[n % 3]?.port ?? 0, 600, 200);
      const more = hanging
        .slice(1, campaigns)
        .map(({ port }) => engine.data.addCampaign(ws, { port, maxConnections: 200 }));
      return { ws, ids: [id, ...more] };
    });
    const well = tenant(healthy.port, 2_000, 20);
    await engine.start();
    for (const { ws, ids } of hung) {
      for (const id of ids) {
        await engine.delivery.prepareCampaign(ws, id);
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
    await engine.delivery.prepareCampaign(well.ws, well.id);
    await until(() => isCompleted(well), "the healthy campaign", 40_000);
    const seconds = (performance.now() - startedAt) / 1_000;
    process.stdout.write(
      `${tenants} × ${campaigns} hung after the greeting (${open} connections): 2,000 messages beside them in ${seconds.toFixed(1)} s\n`,
    );

    expect(exactCounts(engine.data, well.ws, well.id, 2_000).sent).toBe(2_000);
    expect(new Set(healthy.arrived.map(({ address }) => address)).size).toBe(2_000);
    // Dropped, so that hanging sessions end before delivery is stopped.
    for (const one of hanging) {
      one.close();
    }
  },
  90_000,
);

test("a relay that greets a few connections at a time serves many tenants in turn at a useful rate", async () => {
  const crowded = engine.tcpSink({ maxSessions: 8, delayMs: 5 });
  const tenants = Array.from({ length: 12 }, () => tenant(crowded.port, 200, 10));
  await engine.start();
  const startedAt = performance.now();
  for (const { ws, id } of tenants) {
    await engine.delivery.prepareCampaign(ws, id);
  }
  await until(() => tenants.every(isCompleted), "all campaigns", 30_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  process.stdout.write(
    `12 tenants at a relay of 8 sessions: 2,400 messages in ${seconds.toFixed(1)} s\n`,
  );

  expect(crowded.arrived.length).toBe(2_400);
  expect(new Set(crowded.arrived.map(({ messageId }) => messageId)).size).toBe(2_400);
}, 90_000);

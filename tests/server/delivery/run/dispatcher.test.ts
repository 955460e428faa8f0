import { afterEach, expect, test } from "bun:test";
import type { Settlement } from "../../../../server/delivery/limiter/limit-state.ts";
import { routeKey, routeSiteKey } from "../../../../server/delivery/run/limits.ts";
import type { Run } from "../../../../server/delivery/run/run.ts";
import {
  MINUTE,
  NOON,
  newSendingNode,
  ScriptedEgress,
  type SendingNode,
} from "../../../support/delivery-run.ts";

let node: SendingNode;
afterEach(() => node.close());

const handedOf = (run: Run) => node.handed.filter(({ lane }) => lane.run === run).length;

test("workspaces take turns of ten messages, however many one of them has", async () => {
  node = await newSendingNode();
  const large = node.campaign({ workspaceId: "a" });
  const small = node.campaign({ workspaceId: "b", campaignId: 2 });
  node.take(large, 500);
  node.take(small, 20);

  node.dispatcher.wake();

  const turns = node.handed.slice(0, 40).map(({ lane }) => lane.run.parts.workspaceId);
  expect(turns.join("")).toBe(`${"a".repeat(10)}${"b".repeat(10)}`.repeat(2));
});

test("campaigns of a workspace take turns of ten messages", async () => {
  node = await newSendingNode();
  const [first, second] = [node.campaign(), node.campaign({ campaignId: 2 })];
  node.take(first, 100);
  node.take(second, 100);

  node.dispatcher.wake();

  const turns = node.handed.slice(0, 40).map(({ lane }) => lane.run.parts.campaignId);
  expect(turns.join("")).toBe(`${"1".repeat(10)}${"2".repeat(10)}`.repeat(2));
});

test("the lanes of a campaign take turns one by one", async () => {
  node = await newSendingNode();
  const run = node.campaign({ egresses: [new ScriptedEgress({ kind: "direct" })] });
  node.take(run, 2, { domains: ["a.example"] });
  node.take(run, 2, { domains: ["b.example"] });

  node.dispatcher.wake();

  const order = node.handed.map(({ lane }) => lane.target.site.name);
  expect(order).toEqual(["mx.a.example", "mx.b.example", "mx.a.example", "mx.b.example"]);
});

test("a refused lane is parked at no cost, and the other lanes continue", async () => {
  node = await newSendingNode();
  const egress = new ScriptedEgress({ kind: "direct", maxPerDay: 10 });
  const run = node.campaign({ egresses: [egress] });
  node.take(run, 2, { domains: ["busy.example"] });
  node.take(run, 2, { domains: ["free.example"] });
  const busy = routeSiteKey(egress.route, "mx.busy.example");
  node.traffic.limiter.suspend(busy, NOON + 30_000, "421 busy");

  node.dispatcher.wake();

  expect(node.handed.map(({ lane }) => lane.target.site.name)).toEqual([
    "mx.free.example",
    "mx.free.example",
  ]);
  expect(node.parked.map(({ refusal }) => refusal.boundBy.reason)).toEqual(["421 busy"]);
  expect(node.traffic.limiter.status(routeKey(egress.route), NOON)?.quotas[0]?.used).toBe(2);
  expect(await node.journal.facts()).toEqual([]);

  node.pass(30_010);
  node.dispatcher.wake();
  expect(handedOf(run)).toBe(4);
});

test.each(["success", "neutral", "pushback", "not_sent"] as Settlement[])(
  "the place of a message that ended in %s is free again, and nothing is left in flight",
  async (how) => {
    node = await newSendingNode({ places: { node: 1, opening: 1 } });
    const egress = new ScriptedEgress();
    const run = node.campaign({ egresses: [egress] });
    node.take(run, 3);
    node.dispatcher.wake();

    for (let ended = 0; ended < 3; ended += 1) {
      expect(node.handed).toHaveLength(ended + 1);
      const item = node.handed[ended];
      if (item !== undefined) {
        node.dispatcher.finished(item, how, "421 slower");
      }
    }

    expect([run.inFlight, run.waiting, run.lanes.size]).toEqual([0, 0, 0]);
    expect(node.traffic.limiter.underWay(routeKey(egress.route))).toBe(0);
  },
);

test("only an unsent message returns its share of the rate", async () => {
  node = await newSendingNode();
  const egress = new ScriptedEgress({ maxPerSecond: 1 });
  const run = node.campaign({ egresses: [egress] });
  node.take(run, 1);
  node.dispatcher.wake();
  const [first] = node.handed;
  if (first !== undefined) {
    run.putBack(first);
    node.dispatcher.laneReady(run);
    node.dispatcher.finished(first, "not_sent");
  }
  expect(node.handed).toHaveLength(2);

  node.end(node.handed[1]);
  node.take(run, 1);
  node.dispatcher.wake();
  expect(node.handed).toHaveLength(2);
  node.pass(1_010);
  node.dispatcher.wake();
  expect(node.handed).toHaveLength(3);
});

test("a returned message is sent before those behind it", async () => {
  node = await newSendingNode({ places: { node: 1, opening: 1 } });
  const run = node.campaign();
  const items = node.take(run, 3);
  node.dispatcher.wake();
  const [first] = node.handed;
  if (first !== undefined) {
    run.putBack(first);
    node.dispatcher.laneReady(run);
    node.dispatcher.finished(first, "not_sent");
  }

  expect(node.handed.map(({ recipient }) => recipient.seq)).toEqual([1, 1]);
  expect(items).toHaveLength(3);
});

test("servers that have accepted no connection yet get one message, and the rest once there are connections", async () => {
  node = await newSendingNode();
  const egress = new ScriptedEgress({ maxConnections: 5 });
  egress.connections = 0;
  const run = node.campaign({ egresses: [egress] });
  node.take(run, 100);

  node.dispatcher.wake();
  expect(node.handed).toHaveLength(1);
  expect(node.parked[0]?.refusal.boundBy).toMatchObject({ level: "route", kind: "opening" });

  egress.connections = 2;
  node.dispatcher.reopened(routeKey(egress.route));
  // Two connections, with two messages prepared for each.
  expect(node.handed).toHaveLength(6);
});

test("messages that wait for a first connection leave the node's places to others", async () => {
  node = await newSendingNode({ places: { node: 1, opening: 1 } });
  const dead = new ScriptedEgress({ workspaceId: "a" });
  dead.connections = 0;
  const waiting = node.campaign({ workspaceId: "a", egresses: [dead] });
  const sending = node.campaign({ workspaceId: "b", campaignId: 2 });
  node.take(waiting, 10);
  node.take(sending, 10);

  node.dispatcher.wake();

  expect([handedOf(waiting), handedOf(sending)]).toEqual([1, 1]);
});

test("a workspace that starts later finds free places, however much the first one has", async () => {
  node = await newSendingNode({ places: { node: 32, opening: 4 } });
  const [early, late] = ["a", "b"].map((workspaceId) =>
    node.campaign({ workspaceId, egresses: [new ScriptedEgress({ workspaceId })] }),
  ) as [Run, Run];
  node.take(early, 500);
  node.dispatcher.wake();
  expect(node.parked.map(({ refusal }) => refusal.boundBy.id)).toEqual(["share"]);

  node.take(late, 500);
  node.dispatcher.wake();

  expect(handedOf(late)).toBeGreaterThan(0);
  expect(handedOf(early)).toBeLessThan(32);
});

test("nothing is started while the journal cannot be written", async () => {
  node = await newSendingNode();
  const run = node.campaign();
  node.take(run, 3);
  await node.journal.breakDown();

  node.dispatcher.wake();
  expect(node.handed).toEqual([]);
  expect(node.dispatcher.bottleneck(run)?.code).toBe("journal_unwritable");

  node.journal.mend();
  await node.recorder.keep({ k: "dot", w: "w", c: 1, s: 1, at: NOON });
  node.dispatcher.wake();
  expect(node.handed).toHaveLength(3);
});

test("a failed route gets nothing while there is another one, then one message as a probe", async () => {
  node = await newSendingNode();
  const egresses = [new ScriptedEgress(), new ScriptedEgress({ id: 2 })];
  const run = node.campaign({ egresses });
  node.take(run, 3);
  const [campaignRoute] = run.parts.routes;
  campaignRoute?.circuit.failed(NOON, "535 bad password", true);

  node.dispatcher.wake();
  expect(node.handed).toEqual([]);
  expect(node.parked[0]?.refusal).toMatchObject({
    retryAtMs: NOON + 30_000,
    boundBy: { kind: "suspended" },
  });

  node.pass(30_010);
  node.dispatcher.wake();
  expect(node.handed).toHaveLength(1);
});

test("a message whose lease is about to expire waits for its renewal, and blocks no other lane", async () => {
  node = await newSendingNode();
  const run = node.campaign({ egresses: [new ScriptedEgress({ kind: "direct" })] });
  const [item] = node.take(run, 1, { domains: ["a.example"], leaseMs: 9_000 });
  node.take(run, 1, { domains: ["b.example"] });

  node.dispatcher.wake();
  expect(node.handed.map(({ recipient }) => recipient.seq)).toEqual([2]);

  if (item !== undefined) {
    item.chunk.claim.leaseUntil = NOON + MINUTE;
  }
  node.dispatcher.ready(run);
  expect(node.handed.map(({ recipient }) => recipient.seq)).toEqual([2, 1]);
});

test("a halted, held or removed campaign gets nothing more", async () => {
  node = await newSendingNode();
  const [halted, held, removed] = [1, 2, 3].map((campaignId) => {
    const run = node.campaign({ campaignId });
    node.take(run, 5);
    return run;
  }) as [Run, Run, Run];
  halted.halt();
  node.dispatcher.hold(held, NOON + 2_000, "SwiftMail itself failed; it tries again.");
  node.dispatcher.remove(removed);

  node.dispatcher.wake();
  expect(node.handed).toEqual([]);
  expect(node.dispatcher.bottleneck(held)).toEqual({
    code: "campaign_suspended",
    params: { reason: "SwiftMail itself failed; it tries again." },
  });

  node.pass(2_010);
  node.dispatcher.wake();
  expect([handedOf(halted), handedOf(held), handedOf(removed)]).toEqual([0, 5, 0]);
});

import { expect, test } from "bun:test";
import { sourceProviderKey } from "../../../../server/delivery/run/limits.ts";
import type { Run } from "../../../../server/delivery/run/run.ts";
import type { Site } from "../../../../server/delivery/smtp/egress.ts";
import {
  firstRouteOf,
  isResult,
  MINUTE,
  NOON,
  nodePerTest,
  ScriptedEgress,
  type SendingNode,
} from "../../../support/delivery-run.ts";

let node: SendingNode;
nodePerTest((fresh) => {
  node = fresh;
});

/** How many of the campaign's waiting messages each route has. */
const byRoute = (run: Run) =>
  Object.fromEntries(
    [...run.lanes.values()].map(({ target, waiting }) => [
      target.campaignRoute.egress.route.id,
      waiting,
    ]),
  );

test("messages of a domain being looked up are placed when its site is known, unless they were returned meanwhile", async () => {
  const egress = new ScriptedEgress({ kind: "direct" });
  const lookup = Promise.withResolvers<Site>();
  egress.sites.set("slow.example", lookup.promise);
  const run = node.campaign({ egresses: [egress] });
  const [first] = node.take(run, 3, { domains: ["slow.example"] });
  expect([run.unplaced.size, run.waiting]).toEqual([3, 0]);

  node.ledger.giveBack(
    run,
    run.dropWaiting((item) => item === first),
  );
  lookup.resolve({ key: "mx.slow.example", name: "mx.slow.example", provider: "other" });
  await lookup.promise;
  await Bun.sleep(0);

  expect([run.unplaced.size, run.waiting]).toEqual([0, 2]);
});

test("a message whose domain no route may serve fails for that reason and is not kept", async () => {
  const run = node.campaign({ egresses: [new ScriptedEgress({ denyDomains: ["*.example"] })] });

  node.take(run, 1);

  const results = (await node.journal.facts()).filter(isResult);
  expect(results).toMatchObject([{ st: "failed", cat: "no_route" }]);
  expect([run.inHand, run.chunks.size]).toEqual([0, 0]);
});

test("messages waiting for a failed route move to the next one, and return after a probe of one message", async () => {
  const run = node.campaign({ egresses: [new ScriptedEgress(), new ScriptedEgress({ id: 2 })] });
  node.take(run, 5);
  const first = firstRouteOf(run);
  expect(byRoute(run)).toEqual({ 1: 5 });

  first.circuit.failed(NOON, "down", true);
  node.feedback.moveToOtherRoutes(run, first);
  expect(byRoute(run)).toEqual({ 2: 5 });

  node.placer.probe(run, first);
  expect(byRoute(run)).toEqual({ 2: 5 });
  node.pass(MINUTE);
  node.placer.probe(run, first);
  node.placer.probe(run, first);
  expect(byRoute(run)).toEqual({ 2: 4, 1: 1 });
  expect(run.waiting).toBe(5);
});

test("a campaign sends to a domain from one address, and from another one while the first is paused", () => {
  const addresses = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
  const sources = addresses.map((address) => ({ address, heloName: "mx.acme.example", weight: 1 }));
  const egress = new ScriptedEgress({ kind: "direct", sources });
  const run = node.campaign({ egresses: [egress] });
  const sourcesOf = (messages: number) => {
    node.take(run, messages);
    const used = [...run.lanes.values()].map(({ target }) => target.source?.address);
    node.ledger.giveBack(run, run.dropWaiting());
    run.lanes.clear();
    return used;
  };
  const [usual, ...others] = sourcesOf(10);
  expect(others).toEqual([]);

  const rest = (address: string | undefined) => {
    const source = sources.find((entry) => entry.address === address);
    if (source !== undefined) {
      const key = sourceProviderKey(egress.route, source, "other");
      node.traffic.limiter.suspend(key, NOON + MINUTE, "blocked");
    }
  };
  rest(usual);
  const [meanwhile] = sourcesOf(10);
  expect(meanwhile).not.toBe(usual);

  // When all are paused, the message waits for the usual one.
  addresses.forEach(rest);
  expect(sourcesOf(10)).toEqual([usual]);
  node.pass(MINUTE);
  expect(sourcesOf(10)).toEqual([usual]);
});

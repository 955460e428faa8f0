import { expect, test } from "bun:test";
import {
  admittedAtOnce,
  campaignKey,
  keysOf,
  routeKey,
  routeSiteKey,
  serverKeyOf,
  setCampaignRate,
  setLaneLimits,
  sourceProviderKey,
} from "../../../../server/delivery/run/limits.ts";
import type { LaneTarget } from "../../../../server/delivery/run/run.ts";
import type { Route } from "../../../../server/delivery/types.ts";
import {
  firstRouteOf,
  NOON,
  nodePerTest,
  ScriptedEgress,
  type SendingNode,
} from "../../../support/delivery-run.ts";

let node: SendingNode;
nodePerTest((fresh) => {
  node = fresh;
});

/** A lane over a route with these properties to a site of this provider. */
function laneBy(changes: Partial<Route>, provider = "other") {
  const egress = new ScriptedEgress(changes);
  const run = node.campaign({ egresses: [egress] });
  const campaignRoute = firstRouteOf(run);
  const site = { key: "mx.reader.example", name: "mx.reader.example", provider };
  const [source] = egress.route.sources ?? [];
  const target: LaneTarget =
    source === undefined ? { campaignRoute, site } : { campaignRoute, site, source };
  return { run, target, route: egress.route };
}

test.each([
  [0, 1],
  [1, 3],
  [5, 15],
  [20, 52],
])("servers with %p usable connections get %p messages at once", (usable, messages) => {
  expect(admittedAtOnce(usable)).toBe(messages);
});

test("a relay is one server with its route's limits; behind a direct route each site has its own", () => {
  const relay = laneBy({ maxConnections: 20 });
  expect(serverKeyOf(relay.target)).toEqual(routeKey(relay.route));
  expect(keysOf(relay.run, relay.target).map(({ level }) => level)).not.toContain("route_site");
  expect(node.traffic.limiter.status(routeKey(relay.route), NOON)?.window).toBe(40);

  const direct = laneBy({ kind: "direct", id: 2 });
  expect(serverKeyOf(direct.target)).toEqual(routeSiteKey(direct.route, "mx.reader.example"));
  expect(keysOf(direct.run, direct.target)).toContainEqual(serverKeyOf(direct.target));
});

test("a campaign is limited by the rules for its From domain and its return path, each once", () => {
  const { run, target } = laneBy({});

  const sites = keysOf(run, target).filter(({ level }) => level === "sender_site");

  expect(sites.map(({ id }) => id.split("/")[2])).toEqual(["acme.example", "bounce.acme.example"]);
});

test("a site that has accepted nothing yet gets two messages at once, a known one five", () => {
  const { target, route } = laneBy({ kind: "direct" });
  const key = routeSiteKey(route, "mx.reader.example");
  setLaneLimits(node.traffic, target, NOON);
  expect(node.traffic.limiter.status(key, NOON)?.window).toBe(2);

  const known = laneBy({ kind: "direct", id: 2 });
  node.traffic.siteTookMail("mx.reader.example");
  setLaneLimits(node.traffic, known.target, NOON);
  const knownKey = routeSiteKey(known.route, "mx.reader.example");
  expect(node.traffic.limiter.status(knownKey, NOON)?.window).toBe(5);
});

test("what was learned about a site is kept when another lane uses it", () => {
  const { target, route } = laneBy({ kind: "direct" });
  const key = routeSiteKey(route, "mx.reader.example");
  setLaneLimits(node.traffic, target, NOON);
  node.traffic.limiter.settle([key], NOON, "pushback", "421 slower");
  expect(node.traffic.limiter.status(key, NOON)?.window).toBe(1);

  setLaneLimits(node.traffic, target, NOON);

  expect(node.traffic.limiter.status(key, NOON)?.window).toBe(1);
});

test("a source address in warm-up sends its daily messages evenly, one at a time", () => {
  const source = {
    ...{ address: "192.0.2.1", heloName: "mx.acme.example", weight: 1 },
    warmUp: { startedAt: NOON, firstDay: 50, target: 10_000 },
  };
  const { target, route } = laneBy({ kind: "direct", sources: [source] }, "google");

  setLaneLimits(node.traffic, target, NOON);

  const key = sourceProviderKey(route, source, "google");
  const status = node.traffic.limiter.status(key, NOON);
  expect(status?.perSecond).toBeCloseTo(50 / 86_400);
  expect(status?.quotas).toEqual([{ period: "day", used: 0, max: 50 }]);
  expect(node.traffic.limiter.admit([key], NOON).ok).toBe(true);
  expect(node.traffic.limiter.admit([key], NOON).ok).toBe(false);
});

test("a campaign has its own rate only while it is spread over time", () => {
  const { run } = laneBy({});
  const { limiter } = node.traffic;
  setCampaignRate(limiter, run, 3);
  expect(limiter.status(campaignKey(run), NOON)?.perSecond).toBe(3);

  setCampaignRate(limiter, run, undefined);
  expect(limiter.status(campaignKey(run), NOON)?.perSecond).toBeUndefined();
});

import { expect, test } from "bun:test";
import { Circuit } from "../../../../server/delivery/run/circuit.ts";
import {
  allows,
  type CampaignRoute,
  chooseRoute,
  pickByWeight,
} from "../../../../server/delivery/run/routing.ts";
import type { Run } from "../../../../server/delivery/run/run.ts";
import { campaignRate } from "../../../../server/delivery/run/spread.ts";
import { loopbackRoute } from "../../../support/smtp-messages.ts";

test("three failures in a row open a circuit, and a success in between resets the count", () => {
  const circuit = new Circuit();
  circuit.failed(0, "refused", false);
  circuit.failed(1, "refused", false);
  circuit.succeeded();
  expect(circuit.failed(2, "refused", false)).toBe(false);
  expect(circuit.failed(3, "refused", false)).toBe(false);
  expect(circuit.state(3)).toBe("closed");

  expect(circuit.failed(4, "refused", false)).toBe(true);
  expect(circuit.state(5)).toBe("open");
  expect(circuit.reason).toBe("refused");
});

test("an open circuit is probed with one message when its pause is over; pauses double up to ten minutes", () => {
  const circuit = new Circuit();
  let now = 0;
  const pauses: number[] = [];
  circuit.failed(now, "535 bad password", true);
  for (let n = 0; n < 7; n += 1) {
    const retryAt = circuit.retryAt ?? 0;
    pauses.push((retryAt - now) / 1_000);
    expect(circuit.wantsProbe(retryAt - 1)).toBe(false);
    now = retryAt;
    expect(circuit.wantsProbe(now)).toBe(true);
    circuit.beginProbe(now);
    expect(circuit.wantsProbe(now + 1)).toBe(false);
    circuit.failed(now, "535 bad password", true);
  }
  expect(pauses).toEqual([30, 60, 120, 240, 480, 600, 600]);
  expect(circuit.succeeded()).toBe(true);
  expect(circuit.state(now)).toBe("closed");
});

function campaignRoute(id: number, position: number, weight = 1): CampaignRoute {
  return {
    egress: { route: { ...loopbackRoute(25), id } } as CampaignRoute["egress"],
    position,
    weight,
    signingKey: undefined,
    hasDelivered: false,
    circuit: new Circuit(),
    cancellation: new AbortController(),
  };
}

test("the lowest position with a working route is chosen, and a half-open route gets one message", () => {
  const [first, second] = [campaignRoute(1, 0), campaignRoute(2, 1)];
  const choose = (now: number) =>
    chooseRoute([first, second], "a.example", "c", now)?.egress.route.id;
  expect(choose(0)).toBe(1);
  first.circuit.failed(0, "down", true);
  expect([choose(1), choose(29_999)]).toEqual([2, 2]);
  expect([choose(30_001), choose(30_002), choose(30_003)]).toEqual([1, 2, 2]);
  second.circuit.failed(30_004, "down", true);
  // None works: the one with the earliest retry.
  expect(choose(30_005)).toBe(1);
});

test("when one of several routes fails, only its own domains move", () => {
  const routes = [campaignRoute(1, 0, 2), campaignRoute(2, 0, 1), campaignRoute(3, 0, 1)];
  const domains = Array.from({ length: 2_000 }, (_, i) => `d${i}.example`);
  const choose = (domain: string) => chooseRoute(routes, domain, "c", 0)?.egress.route.id;
  const before = domains.map(choose);
  const share = before.filter((id) => id === 1).length / domains.length;
  expect(share).toBeWithin(0.45, 0.55);

  routes[1]?.circuit.failed(0, "down", true);
  const after = domains.map((domain) => chooseRoute(routes, domain, "c", 1)?.egress.route.id);
  for (const [i, id] of before.entries()) {
    expect(id === 2 ? after[i] !== 2 : after[i] === id).toBe(true);
  }
  expect(pickByWeight([], () => "")).toBeUndefined();
});

test("domains are allowed and denied by name and below a name", () => {
  const route = (allowDomains: string[], denyDomains: string[] = []) => ({
    ...loopbackRoute(25),
    allowDomains,
    denyDomains,
  });
  expect(allows(route([]), "a.example")).toBe(true);
  expect(allows(route(["a.example"]), "a.example")).toBe(true);
  expect(allows(route(["a.example"]), "mail.a.example")).toBe(false);
  expect(allows(route(["*.a.example"]), "mail.a.example")).toBe(true);
  expect(allows(route(["*.a.example"]), "a.example")).toBe(true);
  expect(allows(route(["*.a.example"]), "nota.example")).toBe(false);
  expect(allows(route(["*.example"], ["b.example"]), "b.example")).toBe(false);
});

test("a campaign spread over time sends at the pace that ends in time, and never floods after a pause", () => {
  const run = (finished: number, remaining = 3_600) =>
    ({
      parts: { spreadMinutes: 60, launchedAt: 0, total: 3_600, remaining },
      finished,
    }) as unknown as Run;
  expect(campaignRate(run(0), 0)).toBeCloseTo(1);
  expect(campaignRate(run(1_800), 1_800_000)).toBeCloseTo(1);
  // Behind schedule it catches up; paused past the end it sends at twice the pace.
  expect(campaignRate(run(900), 1_800_000)).toBeCloseTo(1.5);
  expect(campaignRate(run(900), 9_000_000)).toBeCloseTo(2);
  const free = {
    ...run(0),
    parts: { ...run(0).parts, spreadMinutes: undefined },
  } as unknown as Run;
  expect(campaignRate(free, 0)).toBeUndefined();
});

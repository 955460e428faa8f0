import { expect, test } from "bun:test";
import type { BoundBy } from "../../../../server/delivery/limiter/limit-state.ts";
import { type BottleneckFacts, bottleneckOf } from "../../../../server/delivery/run/bottleneck.ts";
import { bottleneckDetail } from "../../../../server/delivery/run/bottleneck-words.ts";
import { Circuit } from "../../../../server/delivery/run/circuit.ts";
import { routeKey } from "../../../../server/delivery/run/limits.ts";
import type { CampaignRoute } from "../../../../server/delivery/run/routing.ts";
import { type MessageInHand, Run, type RunParts } from "../../../../server/delivery/run/run.ts";
import { loopbackRoute } from "../../../support/smtp-messages.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const route = loopbackRoute(587, { name: "Office", maxConnections: 20 });
const campaignRoute = {
  egress: { route, status: () => ({ opening: undefined }) } as unknown as CampaignRoute["egress"],
  circuit: new Circuit(),
} as CampaignRoute;

/** A campaign with this many messages waiting and in flight since noon. */
function campaign(waiting: number, inFlight: number): Run {
  const run = new Run({
    workspaceId: "w",
    campaignId: 1,
    routes: [campaignRoute],
  } as unknown as RunParts);
  const serverKey = routeKey(route);
  const site = { key: "relay.example", name: "relay.example", provider: "other" };
  const lane = run.lane({ campaignRoute, site }, () => ({ keys: [serverKey], serverKey }), NOON);
  for (let i = 0; i < waiting + inFlight; i += 1) {
    run.add({} as MessageInHand, lane);
  }
  for (let i = 0; i < inFlight; i += 1) {
    run.take(lane, NOON);
  }
  return run;
}

function said(run: Run, bound: Partial<BoundBy> | undefined, sinceMs = 1_000, untilMs?: number) {
  const { level, id } = routeKey(route);
  const boundBy = {
    level,
    id,
    kind: "concurrency",
    allowed: 40,
    configured: 40,
    reason: "",
  } as const;
  const facts: BottleneckFacts = {
    trouble: undefined,
    nodeFull: undefined,
    waitOf: () => bound && { boundBy: { ...boundBy, ...bound }, untilMs },
    now: NOON + sinceMs,
    // The host's clock has stepped back an hour since then.
    onWallClock: (steadyMs) => steadyMs - 3_600_000,
  };
  const bottleneck = bottleneckOf(run, facts);
  return bottleneck && bottleneckDetail(bottleneck, facts.onWallClock(facts.now));
}

test.each([
  // 40 messages are prepared for 20 connections, because the administrator set 20.
  [{ allowed: 40 }, "All connections for the sending method “Office” are in use."],
  [
    { allowed: 21, reason: "the server said “450 4.7.1 slower”" },
    "All connections for the sending method “Office” are in use.",
  ],
  [
    { allowed: 7, reason: "the server said “450 4.7.1 slower”" },
    "The sending method “Office” is limited to 7 messages at a time for now: the server said “450 4.7.1 slower”",
  ],
  [
    { allowed: 1, reason: "connections fail (connection reset)" },
    "The sending method “Office” is limited to 1 message at a time for now: connections fail (connection reset)",
  ],
  [
    { kind: "opening", allowed: 0 },
    "Opening the first connection for the sending method “Office”.",
  ],
  [
    { kind: "opening", allowed: 1, reason: "421 too many" },
    "The sending method “Office” has 1 connection and cannot open more at the moment: 421 too many",
  ],
  [
    { kind: "rate", allowed: 1, configured: 1 },
    "Limited to 1 message a second by the sending method “Office”.",
  ],
  [
    { level: "node", id: "share" },
    "This workspace is sending as many messages at once as it is allowed to. The remaining capacity of this server is reserved for other workspaces.",
  ],
] as [Partial<BoundBy>, string][])("limited by %p it says %p", (bound, sentence) => {
  expect(said(campaign(50, 20), bound)).toBe(sentence);
});

test("a suspension states its end in the host's time, and never an infinite one", () => {
  const run = campaign(50, 0);
  const bound = { kind: "suspended", reason: "421 busy" } as const;
  expect(said(run, bound, 0, NOON + 90_000)).toBe(
    "Sending is paused for the sending method “Office” until 11:01 UTC: 421 busy",
  );
  expect(said(run, { kind: "suspended", reason: "" })).toBe(
    "Sending is paused for the sending method “Office”: no reason was given.",
  );
});

test("missing replies are named after five seconds, whether or not messages wait", () => {
  expect(said(campaign(0, 3), undefined, 4_000)).toBeNull();
  expect(said(campaign(0, 3), undefined, 6_000)).toBe(
    "Waiting since 11:00 UTC for the server relay.example to answer the 3 messages in progress.",
  );
  expect(said(campaign(50, 1), { allowed: 1, configured: 1 }, 6_000)).toBe(
    "Waiting since 11:00 UTC for the server relay.example to answer the message in progress.",
  );
});

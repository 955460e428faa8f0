import { expect, test } from "bun:test";
import { bottleneckDetail } from "../../../../server/delivery/run/bottleneck-words.ts";
import {
  addSample,
  type BottleneckFacts,
  bottleneckOf,
  ratePerSecond,
  type Sample,
  secondsLeft,
} from "../../../../server/features/campaigns/progress.rules.ts";

test("the rate is measured over the last ten seconds", () => {
  let samples: Sample[] = [];
  for (let second = 0; second <= 60; second++) {
    const done = second <= 30 ? second * 100 : 3_000 + (second - 30) * 7;
    samples = addSample(samples, { at: second * 1_000, done, tried: done / 2 });
  }

  expect(ratePerSecond(samples, "done")).toBe(7);
  expect(ratePerSecond(samples, "tried")).toBe(3.5);
  expect(samples.length).toBeLessThanOrEqual(12);
});

test("there is no rate from one measurement, and no remaining time without a rate", () => {
  expect(ratePerSecond([{ at: 5, done: 5, tried: 5 }], "done")).toBe(0);
  expect(secondsLeft(100, 0)).toBeNull();
  expect(secondsLeft(101, 10)).toBe(11);
});

const NOW = Date.UTC(2026, 10, 20, 12);
const facts: BottleneckFacts = {
  said: null,
  status: "sending",
  statusReason: "",
  perSecond: 13.6,
  pending: 500,
  deferred: 0,
  nextDueAt: null,
  deferredFor: [],
  held: 0,
  route: { name: "SES-eu", maxPerSecond: 14 },
  workspaceMaxPerSecond: null,
};

test.each([
  [
    {},
    "The sending method “SES-eu” is limited to 14 messages a second. Change it in Sending → Sending methods.",
  ],
  [{ perSecond: 3 }, "No limit: sending as fast as this server and the receiving servers allow."],
  [
    { pending: 0, deferred: 3, nextDueAt: 1_700_000_000_000 },
    "3 messages are waiting for the next attempt, the first at 2023-11-14 22:13 UTC.",
  ],
  [
    { pending: 0, deferred: 1, nextDueAt: 1_700_000_000_000, deferredFor: ["greylist"] },
    "1 message is waiting for the next attempt, at 2023-11-14 22:13 UTC, because the receiving servers asked SwiftMail to try again later.",
  ],
  [
    { pending: 0, deferred: 2, deferredFor: ["net"] },
    "2 messages are waiting for the next attempt, because connections to the receiving servers failed.",
  ],
  [
    { pending: 0, deferred: 2, deferredFor: ["dns_failure", "no_domain"] },
    "2 messages are waiting for the next attempt, because their domains could not be looked up in DNS.",
  ],
  [
    { pending: 0, deferred: 2, deferredFor: ["net", "greylist"] },
    "2 messages are waiting for the next attempt.",
  ],
  [{ pending: 0 }, "All messages have been handled. The last results are being saved."],
  [{ perSecond: 0 }, "The next messages are being sent."],
  [{ perSecond: 0, said: undefined }, "Waiting for its turn on this server."],
  [
    { said: { code: "node_opening", params: {} } },
    "This server is opening as many connections at once as it can. More will follow.",
  ],
  [
    { perSecond: 3, workspaceMaxPerSecond: 3 },
    "This workspace is limited to 3 messages a second. An administrator can change it.",
  ],
  [{ pending: 0, deferred: 1_200 }, "1,200 messages are waiting for the next attempt."],
  [
    { pending: 0, held: 2 },
    "2 messages need your decision: the connection or the record of the outcome was lost, so they may or may not have arrived.",
  ],
  [
    { status: "paused", statusReason: "The relay refused the password." },
    "Paused: The relay refused the password.",
  ],
  [{ status: "preparing" }, "Selecting recipients."],
  [{ status: "completed" }, null],
] as [Partial<BottleneckFacts>, string | null][])("with %p it says %p", (change, sentence) => {
  const bottleneck = bottleneckOf({ ...facts, ...change });
  expect(bottleneck && bottleneckDetail(bottleneck, NOW)).toBe(sentence);
});

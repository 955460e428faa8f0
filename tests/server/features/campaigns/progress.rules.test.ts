import { expect, test } from "bun:test";
import {
  addSample,
  type BottleneckFacts,
  bottleneckOf,
  ratePerSecond,
  type Sample,
  secondsLeft,
} from "../../../../server/features/campaigns/progress.rules.ts";

test("the rate is that of the last ten seconds, whatever came before", () => {
  let samples: Sample[] = [];
  for (let second = 0; second <= 60; second++) {
    const done = second <= 30 ? second * 100 : 3_000 + (second - 30) * 7;
    samples = addSample(samples, { at: second * 1_000, done });
  }

  expect(ratePerSecond(samples)).toBe(7);
  expect(samples.length).toBeLessThanOrEqual(12);
});

test("there is no rate from one look, and no time left from no rate", () => {
  expect(ratePerSecond([{ at: 5, done: 5 }])).toBe(0);
  expect(secondsLeft(100, 0)).toBeNull();
  expect(secondsLeft(101, 10)).toBe(11);
});

const facts: BottleneckFacts = {
  said: "",
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
  [{}, 'Route "SES-eu" admits 14/s: raise it in Sending → Routes.'],
  [
    { perSecond: 3 },
    "Nothing holds it back: it goes as fast as this server and the receiving ones can.",
  ],
  [
    { pending: 0, deferred: 3, nextDueAt: 1_700_000_000_000 },
    "3 messages wait for another try, the first at 2023-11-14 22:13 UTC.",
  ],
  [
    { pending: 0, deferred: 1, nextDueAt: 1_700_000_000_000, deferredFor: ["greylist"] },
    "1 message waits for another try, at 2023-11-14 22:13 UTC, because the servers asked to be asked again later.",
  ],
  [
    { pending: 0, deferred: 2, deferredFor: ["net"] },
    "2 messages wait for another try, because connections to the servers failed.",
  ],
  [
    { pending: 0, deferred: 2, deferredFor: ["dns_failure", "no_domain"] },
    "2 messages wait for another try, because the DNS gave no usable answer for their domains.",
  ],
  [
    { pending: 0, deferred: 2, deferredFor: ["net", "greylist"] },
    "2 messages wait for another try.",
  ],
  [{ pending: 0 }, "Every message has an answer; the last results are being written down."],
  [{ perSecond: 0 }, "Its next messages are on their way."],
  [{ perSecond: 0, said: undefined }, "It is waiting for its turn on this server."],
  [{ said: "Gmail asks to slow down." }, "Gmail asks to slow down."],
  [
    { perSecond: 3, workspaceMaxPerSecond: 3 },
    "The workspace may send 3/s: an administrator can raise it.",
  ],
  [{ pending: 0, deferred: 1_200 }, "1,200 messages wait for another try."],
  [
    { pending: 0, held: 2 },
    "2 messages wait for somebody to decide: the servers' answers were lost, and they may have arrived.",
  ],
  [
    { status: "paused", statusReason: "The relay refused the password." },
    "It is paused: The relay refused the password.",
  ],
  [{ status: "preparing" }, "Writing down who gets it."],
  [{ status: "completed" }, null],
] as [Partial<BottleneckFacts>, string | null][])("with %p it says %p", (change, sentence) => {
  expect(bottleneckOf({ ...facts, ...change })).toBe(sentence);
});

import { expect, test } from "bun:test";
import { Circuit } from "../../../server/delivery/run/circuit.ts";
import { Feedback, type FeedbackParts } from "../../../server/delivery/run/feedback.ts";
import type { Way } from "../../../server/delivery/run/routing.ts";
import type { Lane, MessageInFlight, Run } from "../../../server/delivery/run/run.ts";
import { Traffic } from "../../../server/delivery/run/traffic.ts";
import type { SmtpOutcome } from "../../../server/delivery/types.ts";
import { loopbackRoute } from "../../support/smtp-messages.ts";

const MINUTE = 60_000;

/** A campaign by one relay that has no connection open, and a clock to move. */
function campaign() {
  let now = 0;
  const pauses: string[] = [];
  const recall = new AbortController();
  const way: Way = {
    egress: { route: loopbackRoute(587, { name: "Office" }), usable: () => 0 } as Way["egress"],
    position: 0,
    weight: 1,
    signingKey: undefined,
    hasDelivered: false,
    circuit: new Circuit(),
    recall,
  };
  const run = { isHalted: false, parts: { ways: [way] } } as unknown as Run;
  const lane = { run, target: { way, site: { key: "x", name: "x", provider: "other" } } };
  const item = {
    lane: lane as unknown as Lane,
    recipient: { address: "a@b.example" },
  } as unknown as MessageInFlight;
  const clocks = { steady: () => now, wall: () => now };
  const feedback = new Feedback({
    clocks,
    traffic: new Traffic(undefined, clocks),
    runs: () => [run],
    onPause: (_run, reason) => pauses.push(reason),
  } as Partial<FeedbackParts> as FeedbackParts);
  const ended = (outcome: Exclude<SmtpOutcome, { kind: "abandoned" }>) =>
    feedback.learn(run, item, {
      outcome,
      verdict: { ...deferred, actions: [] },
      startedAt: now,
    });
  return {
    ended,
    pauses,
    way,
    recall,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const deferred = {
  state: "deferred",
  category: "net",
  countsAsAttempt: true,
  pushback: false,
} as const;
const expired = {
  kind: "broken",
  stage: "starttls",
  fault: "tls",
  error: "the certificate of relay.example has expired",
  host: "relay.example",
  durationMs: 1,
} as const;
const accepted = {
  kind: "accepted",
  reply: { code: 250, enhanced: "", text: "ok" },
  host: "relay.example",
  durationMs: 1,
} as const;

test("TLS of a relay that stays broken for a quarter of an hour needs a person; until then it is waited for", () => {
  const { ended, pauses, pass } = campaign();
  for (let minute = 0; minute < 15; minute += 1) {
    ended(expired);
    pass(MINUTE);
  }
  expect(pauses).toEqual([]);

  ended(expired);
  expect(pauses).toEqual([
    "The route “Office” does not work: the certificate of relay.example has expired",
  ]);
});

test("a message that gets through in between starts the quarter of an hour anew", () => {
  const { ended, pauses, pass } = campaign();
  for (let minute = 0; minute < 40; minute += 1) {
    ended(minute % 10 === 9 ? accepted : expired);
    pass(MINUTE);
  }
  expect(pauses).toEqual([]);
});

test("a relay that is silent is out of order at once, one that refuses at the third time, and what waits there goes back", () => {
  const silent = campaign();
  silent.ended({ ...expired, stage: "greeting", fault: "timeout", error: "no reply within 20 s" });
  expect(silent.way.circuit.state(1)).toBe("open");
  expect(silent.recall.signal.aborted).toBe(true);

  const busy = campaign();
  const turnedAway = {
    kind: "refused",
    stage: "mail",
    reply: { code: 421, enhanced: "4.7.0", text: "busy" },
    host: "relay.example",
    durationMs: 1,
  } as const;
  busy.ended(turnedAway);
  busy.ended(turnedAway);
  expect(busy.way.circuit.state(1)).toBe("closed");
  busy.ended(turnedAway);
  expect(busy.way.circuit.state(1)).toBe("open");
  expect(busy.way.circuit.reason).toBe("421 4.7.0 busy");
});

test("a refusal of one message says that the relay works, a connection lost in the middle says neither", () => {
  const { ended, way } = campaign();
  const refused = {
    kind: "refused",
    stage: "rcpt",
    reply: { code: 550, enhanced: "5.1.1", text: "no such user" },
    host: "relay.example",
    durationMs: 1,
  } as const;
  const lost = { ...expired, stage: "data", fault: "connection", error: "closed" } as const;
  way.circuit.failed(0, "down", true);

  ended(lost);
  expect(way.circuit.state(1)).toBe("open");
  ended(refused);
  expect(way.circuit.state(1)).toBe("closed");
});

import { expect, test } from "bun:test";
import { Circuit } from "../../../../server/delivery/run/circuit.ts";
import { Feedback, type FeedbackParts } from "../../../../server/delivery/run/feedback.ts";
import type { CampaignRoute } from "../../../../server/delivery/run/routing.ts";
import type { Lane, MessageInFlight, Run } from "../../../../server/delivery/run/run.ts";
import { Traffic } from "../../../../server/delivery/run/traffic.ts";
import { spokenReason } from "../../../../server/reasons/because.ts";
import {
  type Answered,
  accepted,
  ambiguous,
  broken,
  MINUTE,
  refused,
} from "../../../support/delivery-run.ts";
import { loopbackRoute } from "../../../support/smtp-messages.ts";

/** A campaign over one relay without an open connection, and a clock that the test moves. */
function campaign() {
  let now = 0;
  const pauses: string[] = [];
  const held: Run[] = [];
  const cancellation = new AbortController();
  const campaignRoute: CampaignRoute = {
    egress: {
      route: loopbackRoute(587, { name: "Office" }),
      usable: () => 0,
    } as CampaignRoute["egress"],
    position: 0,
    weight: 1,
    signingKey: undefined,
    hasDelivered: false,
    circuit: new Circuit(),
    cancellation,
  };
  const run = { isHalted: false, parts: { routes: [campaignRoute] } } as unknown as Run;
  const lane = { run, target: { campaignRoute, site: { key: "x", name: "x", provider: "other" } } };
  const item = {
    lane: lane as unknown as Lane,
    recipient: { address: "a@b.example" },
  } as unknown as MessageInFlight;
  const clocks = { steady: () => now, wall: () => now };
  const feedback = new Feedback({
    clocks,
    traffic: new Traffic(undefined, clocks),
    runs: () => [run],
    onPause: (_run, reason) => pauses.push(spokenReason(reason).reason),
    onLostAnswers: (of) => held.push(of),
  } as Partial<FeedbackParts> as FeedbackParts);
  const lost = (state: "deferred" | "held" = "deferred") => {
    const tried = {
      outcome: ambiguous,
      verdict: { ...deferred, state, actions: [] },
      startedAt: now,
    };
    const verdict = feedback.redirect(run, item, tried);
    feedback.learn(run, item, { ...tried, verdict });
    return verdict.state;
  };
  const ended = (outcome: Answered) =>
    feedback.learn(run, item, {
      outcome,
      verdict: { ...deferred, actions: [] },
      startedAt: now,
    });
  return {
    ended,
    lost,
    held,
    pauses,
    campaignRoute,
    cancellation,
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
const expired = broken({
  ...{ stage: "starttls", fault: "tls" },
  error: "the certificate of relay.example has expired",
});
const noSuchUser = refused(550, "no such user", { enhanced: "5.1.1" });

test("a relay whose TLS stays broken for a quarter of an hour pauses the campaign; until then it is retried", () => {
  const { ended, pauses, pass } = campaign();
  for (let minute = 0; minute < 15; minute += 1) {
    ended(expired);
    pass(MINUTE);
  }
  expect(pauses).toEqual([]);

  ended(expired);
  expect(pauses).toEqual([
    "The sending method “Office” does not work: the certificate of relay.example has expired",
  ]);
});

test("a message that succeeds in between restarts the quarter of an hour", () => {
  const { ended, pauses, pass } = campaign();
  for (let minute = 0; minute < 40; minute += 1) {
    ended(minute % 10 === 9 ? accepted : expired);
    pass(MINUTE);
  }
  expect(pauses).toEqual([]);
});

test("a silent relay counts as failed at once, a refusing one at the third time, and waiting messages return to their lanes", () => {
  const silent = campaign();
  silent.ended(broken({ stage: "greeting", fault: "timeout", error: "no reply within 20 s" }));
  expect(silent.campaignRoute.circuit.state(1)).toBe("open");
  expect(silent.cancellation.signal.aborted).toBe(true);

  const busy = campaign();
  const tooBusy = refused(421, "busy", { stage: "mail", enhanced: "4.7.0" });
  busy.ended(tooBusy);
  busy.ended(tooBusy);
  expect(busy.campaignRoute.circuit.state(1)).toBe("closed");
  busy.ended(tooBusy);
  expect(busy.campaignRoute.circuit.state(1)).toBe("open");
  expect(busy.campaignRoute.circuit.reason).toBe("421 4.7.0 busy");
});

test("a refusal of one message shows that the relay works; a connection lost midway shows nothing", () => {
  const { ended, campaignRoute } = campaign();
  const lost = broken({ stage: "data", error: "closed" });
  campaignRoute.circuit.failed(0, "down", true);

  ended(lost);
  expect(campaignRoute.circuit.state(1)).toBe("open");
  ended(noSuchUser);
  expect(campaignRoute.circuit.state(1)).toBe("closed");
});

test("a relay that breaks off after 20 messages in a row pauses the campaign, and later ones are held, not sent again", () => {
  const { ended, held, lost, pauses, pass } = campaign();
  for (let n = 0; n < 19; n += 1) {
    expect(lost()).toBe("deferred");
  }
  expect(pauses).toEqual([]);
  ended(accepted);
  for (let n = 0; n < 20; n += 1) {
    expect(lost()).toBe("deferred");
  }
  expect(pauses).toHaveLength(1);
  expect(held).toHaveLength(1);
  expect(pauses[0]).toContain(
    "“Office” closed the connection after receiving 20 messages in a row",
  );
  expect(pauses[0]).toContain("The recipients may have received the message");

  // Messages in flight when the campaign paused, and the first one after a person resumed too early.
  pass(MINUTE);
  expect(lost()).toBe("held");
  expect(pauses).toHaveLength(2);
  // A relay that replies is trusted again.
  ended(accepted);
  expect(lost()).toBe("deferred");
  expect(pauses).toHaveLength(2);
});

test("a relay that loses every fifth reply pauses the campaign after a hundred messages, one that loses fewer does not", () => {
  const bad = campaign();
  const good = campaign();
  for (let n = 0; n < 99; n += 1) {
    n % 5 === 0 ? bad.lost() : bad.ended(accepted);
  }
  expect(bad.pauses).toEqual([]);
  bad.ended(accepted);
  bad.lost();
  expect(bad.pauses).toHaveLength(1);
  expect(bad.pauses[0]).toContain("receiving 20 of the last 100 messages");

  for (let n = 0; n < 500; n += 1) {
    n % 8 === 0 ? good.lost() : good.ended(accepted);
  }
  expect(good.pauses).toEqual([]);
});

test("a refusal before the dot does not show that a relay confirms messages", () => {
  const { ended, lost, pauses } = campaign();
  for (let n = 0; n < 20; n += 1) {
    lost();
    ended(noSuchUser);
  }
  expect(pauses).toHaveLength(1);
});

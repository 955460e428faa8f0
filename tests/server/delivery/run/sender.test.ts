import { afterEach, beforeEach, expect, test } from "bun:test";
import { compileCampaign } from "../../../../server/delivery/render/compile.ts";
import { RuleBook } from "../../../../server/delivery/result/limit-rules.ts";
import { ConsentGate } from "../../../../server/delivery/run/consent-gate.ts";
import { Feedback } from "../../../../server/delivery/run/feedback.ts";
import { routeKey } from "../../../../server/delivery/run/limits.ts";
import type {
  MessageInFlight,
  MessageInHand,
  Run,
  RunParts,
} from "../../../../server/delivery/run/run.ts";
import { Sender, type SenderParts } from "../../../../server/delivery/run/sender.ts";
import { spokenReason } from "../../../../server/reasons/because.ts";
import { campaignContent, testTokenKeys } from "../../../support/campaign-content.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";
import {
  accepted,
  ambiguous,
  answers,
  answersEarly,
  broken,
  closed,
  isResult,
  MINUTE,
  NOON,
  newSendingNode,
  refused,
  ScriptedEgress,
  type SendingNode,
  type Step,
  silent,
} from "../../../support/delivery-run.ts";

let data: DeliveryData;
let workspaceId: string;
let node: SendingNode;
let gate: ConsentGate;
let egress: ScriptedEgress;
beforeEach(async () => {
  data = newDeliveryData();
  workspaceId = data.newWorkspace();
  node = await newSendingNode();
  gate = new ConsentGate(data.databases, node.clocks);
  egress = new ScriptedEgress({ workspaceId });
});
afterEach(async () => {
  await node.close();
  data.close();
});

const throws = (reason: string) => () => {
  throw new Error(reason);
};

/** A campaign with this many messages handed out, and a sender that records what it asked for. */
function begin(
  messages = 1,
  changes: Partial<SenderParts> = {},
  egresses = [egress],
  parts: Partial<RunParts> = {},
) {
  const asked = { poolClosed: 0, pauses: [] as string[], ends: 0 };
  const sender = new Sender({
    recorder: node.recorder,
    signer: { sign: () => Promise.reject(new Error("no key")), close: () => undefined },
    clocks: node.clocks,
    rules: new RuleBook(),
    random: () => 0.5,
    ledger: node.ledger,
    dispatcher: node.dispatcher,
    feedback: node.feedback,
    gate,
    onPoolClosed: () => {
      asked.poolClosed += 1;
    },
    onPause: (_run, reason) => asked.pauses.push(spokenReason(reason).reason),
    onEnd: () => {
      asked.ends += 1;
    },
    ...changes,
  });
  const run = node.campaign({ workspaceId, egresses, ...parts });
  const items = node.take(run, messages, { judgedAt: gate.version(workspaceId) });
  node.dispatcher.wake();
  return { run, items, sender, asked };
}

/** Sends the next message that was handed out; the server behaves as given. */
async function sendNext(sender: Sender, run: Run, step: Step): Promise<MessageInFlight> {
  const item = node.handed.shift();
  if (item === undefined) {
    throw new Error("no message was handed out");
  }
  egress.script.push(step);
  await sender.send(run, item);
  return item;
}

/** The first recipient opts out; the database does not know yet. */
function unsubscribe([first]: MessageInHand[]): void {
  gate.optedOut(workspaceId, first?.recipient.address ?? "", { why: "unsubscribed", number: 1 });
}

const results = async () => (await node.journal.facts()).filter(isResult);
const released = async () => (await node.journal.facts()).filter(({ k }) => k === "release");

test("an accepted message gets one result after its dot, and nothing is left in flight", async () => {
  const { sender, run, asked } = begin();

  await sendNext(sender, run, answers(accepted));

  expect(await node.journal.facts()).toMatchObject([
    { k: "dot", s: 1 },
    { k: "result", s: 1, st: "sent", oc: "accepted", n: 1 },
    { k: "release" },
  ]);
  expect([run.inFlight, run.waiting, asked.ends]).toEqual([0, 0, 1]);
  expect(node.traffic.limiter.underWay(routeKey(egress.route))).toBe(0);
});

test("a refusal is recorded with its verdict, and the server is not asked a second time", async () => {
  const { sender, run } = begin();

  await sendNext(sender, run, answersEarly(refused(550, "no such user", { enhanced: "5.1.1" })));

  expect(await results()).toMatchObject([{ st: "bounced", cat: "invalid_mailbox", n: 1 }]);
  expect([run.waiting, node.handed.length, egress.dots.length]).toEqual([0, 0, 0]);
});

test.each([
  ["accepted", answers(accepted), { st: "sent", oc: "accepted" }],
  ["ambiguous", answers(ambiguous), { st: "held", oc: "ambiguous" }],
  ["broken", answersEarly(broken()), { st: "deferred", due: NOON + 15 * MINUTE, n: 1 }],
  [
    "refused",
    answersEarly(refused(451, "try again")),
    { st: "deferred", due: NOON + 15 * MINUTE, n: 1 },
  ],
] as [string, Step, object][])(
  "a message that is %s is settled once and not sent again when it cannot be judged",
  async (_kind, step, fact) => {
    const { sender, run } = begin(1, { random: throws("judging failed") });

    await sendNext(sender, run, step);

    expect(await results()).toMatchObject([fact]);
    expect(await released()).toHaveLength(1);
    expect([run.waiting, run.inFlight, node.handed.length]).toEqual([0, 0, 0]);
  },
);

test("a refusal gets its result and is not returned when the search for another route fails", async () => {
  const clocks = { wall: node.clocks.wall, steady: throws("the clock failed") };
  const { dispatcher, placer, traffic } = node;
  const ignored = { onPause: () => undefined, onLostAnswers: () => undefined };
  const parts = { clocks, dispatcher, placer, traffic, runs: () => [], ...ignored };
  const other = new ScriptedEgress({ workspaceId, id: 2 });
  const { sender, run } = begin(1, { feedback: new Feedback(parts) }, [egress, other]);

  await sendNext(sender, run, answers(refused(535, "bad password", { stage: "auth" })));

  expect(await results()).toMatchObject([{ st: "deferred", cat: "system" }]);
  expect([run.waiting, run.inFlight]).toEqual([0, 0]);
});

test("a failure after the result settles nothing twice, and the message still counts against the rate", async () => {
  const { clocks, dispatcher, placer, traffic } = node;
  const ignored = { onPause: () => undefined, onLostAnswers: () => undefined };
  const parts = { clocks, dispatcher, placer, traffic, ...ignored };
  const feedback = new Feedback({ ...parts, runs: throws("no list of runs") });
  egress = new ScriptedEgress({ workspaceId, maxPerSecond: 1 });
  const { sender, run, asked } = begin(1, { feedback });
  // Every campaign that uses a route is informed that it works again.
  node.traffic.circuitOf(egress.route).failed(NOON - MINUTE, "down", true);

  await sendNext(sender, run, answers(accepted));

  expect(await results()).toMatchObject([{ st: "sent" }]);
  expect(await released()).toHaveLength(1);
  expect([run.waiting, run.inFlight, run.finished, asked.ends]).toEqual([0, 0, 1, 1]);
  expect(node.traffic.limiter.admit([routeKey(egress.route)], NOON).ok).toBe(false);
});

test("our own failure past the dot counts as ambiguous: the message may have arrived", async () => {
  const { sender, run } = begin();

  await sendNext(sender, run, async (dot) => {
    await dot();
    throw new Error("the reply parser failed");
  });

  expect(await results()).toMatchObject([
    {
      oc: "ambiguous",
      cat: "ambiguous",
      text: "SwiftMail had an internal error: the reply parser failed",
    },
  ]);
  expect([run.waiting, run.inFlight]).toEqual([0, 0]);
});

test("our own failure before the dot returns the message to the front, and the campaign pauses for two seconds", async () => {
  egress.route.maxConnections = 1;
  const { sender, run, items } = begin(3);
  const [first] = items;

  await sendNext(sender, run, () => Promise.reject(new Error("no memory")));
  node.handed.length = 0;

  const [lane] = run.lanes.values();
  expect(lane?.peek(NOON)).toBe(first);
  expect(await results()).toEqual([]);
  node.pass(1_990);
  node.dispatcher.wake();
  expect(node.handed).toEqual([]);
  node.pass(20);
  node.dispatcher.wake();
  expect(node.handed[0]).toBe(first as MessageInFlight);
});

test("a message cancelled before its dot is pending again, costs no attempt and returns its rate", async () => {
  egress = new ScriptedEgress({ workspaceId, maxPerSecond: 1 });
  const { sender, run, items } = begin();

  const sending = sendNext(sender, run, silent);
  for (const campaignRoute of run.parts.routes) {
    campaignRoute.cancellation.abort();
    campaignRoute.cancellation = new AbortController();
  }
  await sending;

  // If its share of the rate had not been returned, nothing could be sent for a second.
  expect(node.handed).toEqual([items[0] as MessageInFlight]);
  expect(await node.journal.facts()).toEqual([]);
});

test("a cancellation while the journal is being written withdraws the dot", async () => {
  const { sender, run } = begin();
  const [campaignRoute] = run.parts.routes;

  const sending = sendNext(sender, run, async (dot) => {
    const written = dot();
    campaignRoute?.cancellation.abort();
    await written;
    return accepted;
  });
  await sending;

  expect(egress.dots).toEqual([]);
  expect((await node.journal.facts()).map(({ k }) => k)).toEqual(["dot", "undot"]);
  expect(run.waiting + run.inFlight).toBe(1);
});

test("in a halted campaign a cancelled message returns with its chunk", async () => {
  const { sender, run } = begin();

  const sending = sendNext(sender, run, silent);
  run.halt();
  await sending;

  expect(await node.journal.facts()).toMatchObject([{ k: "release", ch: 1 }]);
  expect([run.waiting, run.inFlight, run.chunks.size]).toEqual([0, 0, 0]);
});

test("a campaign whose connections were closed starts over, with the message still pending", async () => {
  const { sender, run, items, asked } = begin();

  await sendNext(sender, run, closed);

  expect(asked.poolClosed).toBe(1);
  expect(node.handed).toEqual(items as MessageInFlight[]);
  expect(await node.journal.facts()).toEqual([]);
});

test("a message is returned once, however starting over fails", async () => {
  const { sender, run, items } = begin(1, {
    onPoolClosed: throws("the campaign cannot start over"),
  });

  await sendNext(sender, run, closed);

  expect(node.handed).toEqual(items as MessageInFlight[]);
  expect([run.waiting, run.inFlight]).toEqual([0, 1]);
});

test("while the journal cannot be written no dot is written, and the route is not blamed", async () => {
  const { sender, run, asked } = begin();
  await node.journal.breakDown();

  await sendNext(sender, run, answers(accepted));

  expect(egress.dots).toEqual([]);
  expect([run.waiting, run.inFlight, asked.poolClosed]).toEqual([1, 0, 0]);
  node.journal.mend();
});

test("a recipient who unsubscribes while the message waits its turn gets nothing; it is skipped without an attempt", async () => {
  const { sender, run, items } = begin();
  unsubscribe(items);

  await sendNext(sender, run, answers(accepted));

  expect(egress.dots).toEqual([]);
  expect(await results()).toMatchObject([{ st: "skipped", cat: "suppressed_unsubscribed", n: 0 }]);
});

test("a recipient who unsubscribes while the dot is announced gets nothing either", async () => {
  const { sender, run, items } = begin();

  await sendNext(sender, run, async (dot) => {
    const written = dot();
    unsubscribe(items);
    await written;
    return accepted;
  });

  expect(egress.dots).toEqual([]);
  expect(await results()).toMatchObject([{ st: "skipped", cat: "suppressed_unsubscribed" }]);
});

test("a message that cannot be rendered fails alone; twenty in a row pause the campaign, once", async () => {
  const doubling = `{% capture a %}xxxxxxxxxx{% endcapture %}${"{% capture a %}{{ a }}{{ a }}{% endcapture %}".repeat(60)}`;
  const content = campaignContent({ subject: doubling });
  const compiled = await compileCampaign(content, { campaignId: 1, keys: testTokenKeys });
  const { sender, run, asked } = begin(22, {}, [egress], { compiled });

  for (let n = 1; n <= 22; n += 1) {
    await sendNext(sender, run, answers(accepted));
    expect(asked.pauses).toHaveLength(n < 20 ? 0 : 1);
  }

  const failed = await results();
  expect(failed).toHaveLength(22);
  expect(failed.every(({ st, cat }) => st === "failed" && cat === "render_error")).toBe(true);
  expect(asked.pauses[0]).toStartWith("20 messages in a row could not be personalized.");
  expect(run.inFlight).toBe(0);
});

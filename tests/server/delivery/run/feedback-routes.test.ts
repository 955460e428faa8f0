import { expect, test } from "bun:test";
import { routeSiteKey } from "../../../../server/delivery/run/limits.ts";
import type { MessageInFlight, Run } from "../../../../server/delivery/run/run.ts";
import type { Judgement } from "../../../../server/delivery/types.ts";
import {
  type Answered,
  accepted,
  broken,
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

const deferred: Judgement = {
  ...{ state: "deferred", category: "net", dueAt: NOON + MINUTE },
  ...{ countsAsAttempt: true, pushback: false, actions: [] },
};

/** A campaign over these routes with messages waiting and one in flight. */
function sending(egresses: ScriptedEgress[]): { run: Run; item: MessageInFlight } {
  const run = node.campaign({ egresses });
  node.take(run, 200);
  node.dispatcher.wake();
  const [item] = node.handed;
  if (item === undefined) {
    throw new Error("no message was handed out");
  }
  return { run, item };
}
const learn = (run: Run, item: MessageInFlight, outcome: Answered, verdict = deferred) =>
  node.feedback.learn(run, item, { outcome, verdict, startedAt: node.clocks.steady() });
const waitingBy = (run: Run, id: number) =>
  [...run.lanes.values()]
    .filter(({ target }) => target.campaignRoute.egress.route.id === id)
    .reduce((n, { waiting }) => n + waiting, 0);

test("a failing route cancels messages before their dot; its waiting messages move to the next route and return later", () => {
  const { run, item } = sending([new ScriptedEgress(), new ScriptedEgress({ id: 2 })]);
  const waiting = run.waiting;
  const { signal } = item.lane.target.campaignRoute.cancellation;
  expect([waitingBy(run, 1), waitingBy(run, 2)]).toEqual([waiting, 0]);

  learn(run, item, broken(), { ...deferred, routeFault: "535 bad password" });
  expect(signal.aborted).toBe(true);
  expect(item.lane.target.campaignRoute.cancellation.signal.aborted).toBe(false);
  expect([waitingBy(run, 1), waitingBy(run, 2)]).toEqual([0, waiting]);
  expect(node.pauses).toEqual([]);

  learn(run, item, accepted, { ...deferred, state: "sent" });
  expect([waitingBy(run, 1), waitingBy(run, 2)]).toEqual([waiting, 0]);
});

test("a message whose route failed is sent over another one at once, and loses no attempt", () => {
  const { run, item } = sending([new ScriptedEgress(), new ScriptedEgress({ id: 2 })]);
  const tried = { outcome: broken(), verdict: deferred, startedAt: NOON };

  expect(node.feedback.redirect(run, item, tried)).toMatchObject({
    dueAt: NOON,
    countsAsAttempt: false,
  });

  run.parts.routes[1]?.circuit.failed(NOON, "down", true);
  expect(node.feedback.redirect(run, item, tried)).toEqual(deferred);
});

test("a fault of the only route pauses the campaign with the server's words", () => {
  const { run, item } = sending([new ScriptedEgress()]);

  learn(run, item, broken(), { ...deferred, routeFault: "535 bad password" });

  expect(node.pauses).toEqual(["The sending method “Office” does not work: 535 bad password"]);
});

test("a site that does not respond is paused for a quarter of an hour, and the route continues", () => {
  const egress = new ScriptedEgress({ kind: "direct" });
  const { run, item } = sending([egress]);

  learn(run, item, broken({ fault: "timeout", stage: "greeting", error: "no reply" }));

  const key = routeSiteKey(egress.route, item.lane.target.site.key);
  expect(node.traffic.limiter.closedUntil(key, NOON)).toBe(NOON + 15 * MINUTE);
  expect(item.lane.target.campaignRoute.circuit.state(NOON)).toBe("closed");
});

import { afterEach, expect, test } from "bun:test";
import { Intake } from "../../../../server/delivery/run/intake.ts";
import { routeKey, routeSiteKey } from "../../../../server/delivery/run/limits.ts";
import {
  HOUR,
  isResult,
  MINUTE,
  NOON,
  newSendingNode,
  ScriptedEgress,
  type SendingNode,
  WORKSPACE,
} from "../../../support/delivery-run.ts";

let node: SendingNode;
afterEach(() => node.close());

/** A campaign over a direct route; `shut` suspends sending to a domain. */
async function direct(random = 0.5) {
  node = await newSendingNode({ random: () => random });
  const egress = new ScriptedEgress({ kind: "direct" });
  const run = node.campaign({ egresses: [egress] });
  const shut = (domain: string, forMs: number) => {
    const key = routeSiteKey(egress.route, `mx.${domain}`);
    node.traffic.limiter.suspend(key, node.clocks.steady() + forMs, "421 busy");
  };
  return { run, egress, shut };
}
const results = async () => (await node.journal.facts()).filter(isResult);

test("500 messages in hand are enough, but those of a stuck lane do not count", async () => {
  const { run, shut } = await direct();
  node.take(run, 499, { domains: ["slow.example"] });
  expect(node.intake.wantsMore(run)).toBe(true);
  node.take(run, 1, { domains: ["slow.example"] });
  expect(node.intake.wantsMore(run)).toBe(false);

  shut("slow.example", 30_000);
  node.dispatcher.wake();

  expect([run.active, run.inHand]).toEqual([0, 500]);
  expect(node.intake.wantsMore(run)).toBe(true);
  expect(node.intake.inHandOf(run)).toMatchObject({ messages: 0, full: [] });
});

test("a limit of the whole route leaves nothing stuck: more in hand would wait for the same limit", async () => {
  const { run, egress } = await direct();
  node.take(run, 500);
  node.traffic.limiter.suspend(routeKey(egress.route), NOON + 30_000, "421 busy");

  node.dispatcher.wake();

  expect(run.active).toBe(500);
  expect(node.intake.wantsMore(run)).toBe(false);
});

test("a provider suspended for more than a minute gets its chunks released whole, and no more until it resumes", async () => {
  const { run, shut } = await direct();
  node.take(run, 20, { provider: "google", domains: ["gmail.example"] });
  shut("gmail.example", 10 * MINUTE);

  node.dispatcher.wake();

  expect(await node.journal.facts()).toMatchObject([{ k: "release", ch: 1 }]);
  expect([run.inHand, run.chunks.size, run.lanes.size]).toEqual([0, 0, 0]);
  expect(node.intake.inHandOf(run).full).toEqual(["google"]);
  node.pass(10 * MINUTE - 1);
  node.intake.tend(run);
  expect(node.intake.inHandOf(run).full).toEqual(["google"]);
  node.pass(1);
  node.intake.tend(run);
  expect(node.intake.inHandOf(run).full).toEqual([]);
});

test("messages for a suspended site in a mixed chunk get their own due times by the host's clock, without an attempt", async () => {
  const { run, shut } = await direct(0.5);
  node.take(run, 4, { domains: ["shut.example", "open.example"], leaseMs: 4 * HOUR });
  node.step(2 * HOUR);
  shut("shut.example", 10 * MINUTE);

  node.dispatcher.wake();

  const due = NOON + 2 * HOUR + 10 * MINUTE + HOUR / 2;
  expect(await results()).toMatchObject([
    { s: 1, st: "deferred", cat: "postponed", n: 0, due },
    { s: 3, st: "deferred", cat: "postponed", n: 0, due },
  ]);
  expect(run.chunks.size).toBe(1);
});

test("a site that resumes within a minute is waited for in memory", async () => {
  const { run, shut } = await direct();
  node.take(run, 4, { domains: ["shut.example"] });
  shut("shut.example", MINUTE);

  node.dispatcher.wake();

  expect(run.inHand).toBe(4);
  expect(await results()).toEqual([]);
});

test("when memory is full, a slow lane keeps what it can send in a minute at its pace", async () => {
  const { run, shut } = await direct(0);
  // This many campaigns leave 1,500 messages for each.
  node.intake.campaigns = 40;
  node.take(run, 1_500, { domains: ["slow.example"] });
  const [lane] = run.lanes.values();
  shut("slow.example", 30_000);
  node.dispatcher.wake();
  // Its pace is not known yet.
  expect(run.inHand).toBe(1_500);

  node.pass(10_000);
  if (lane !== undefined) {
    lane.finished = 10;
  }
  node.intake.tend(run);

  expect([run.inHand, lane?.waiting]).toEqual([60, 60]);
  const postponed = await results();
  expect(postponed).toHaveLength(1_440);
  expect(new Set(postponed.map(({ due }) => due))).toEqual(new Set([NOON + 10_000 + MINUTE]));
});

test("a provider with 500 messages in hand gets no more; a halted campaign gets nothing", async () => {
  const { run } = await direct();
  node.take(run, 500, { provider: "google", domains: ["gmail.example"] });
  node.take(run, 499, { provider: "yahoo", domains: ["yahoo.example"] });

  expect(node.intake.inHandOf(run).full).toEqual(["google"]);
  run.halt();
  expect(node.intake.inHandOf(run).messages).toBe(Intake.want);
  expect(Intake.enough(WORKSPACE, 1)).toMatchObject({ messages: Intake.want, full: [] });
});

import { expect, test } from "bun:test";
import { postponedFact, undotFact } from "../../../../server/delivery/run/outcome-fact.ts";
import type { MessageInHand, Run } from "../../../../server/delivery/run/run.ts";
import { MINUTE, NOON, nodePerTest, type SendingNode } from "../../../support/delivery-run.ts";

let node: SendingNode;
nodePerTest((fresh) => {
  node = fresh;
});

const factOf = (run: Run, item: MessageInHand) => postponedFact(run, item, NOON + MINUTE, NOON);
const kinds = async () => (await node.journal.facts()).map(({ k }) => k);

test("a chunk is released after the results of all its messages, once", async () => {
  const run = node.campaign();
  const items = node.take(run, 3);
  for (const item of items) {
    node.ledger.settle(run, item, factOf(run, item));
  }

  expect(await kinds()).toEqual(["result", "result", "result", "release"]);
  for (const { chunk } of items) {
    node.ledger.releaseIfDone(run, chunk);
  }
  expect(await kinds()).toHaveLength(4);
  expect(node.released).toEqual([run]);
  expect(run.chunks.size).toBe(0);
});

test("a chunk stays in hand until every fact about it is durable", async () => {
  const run = node.campaign();
  const [item] = node.take(run, 1) as [MessageInHand];
  await node.journal.breakDown();
  node.ledger.settle(run, item, factOf(run, item));
  node.ledger.record(run, item.chunk, undotFact(run, item, NOON));
  node.ledger.releaseIfDone(run, item.chunk);

  expect([run.chunks.size, node.released.length]).toEqual([1, 0]);

  node.journal.mend();
  expect((await kinds()).at(-1)).toBe("release");
  expect((await kinds()).sort()).toEqual(["release", "result", "undot"]);
});

test("only a message with an outcome counts as finished; a returned message has no result", async () => {
  const run = node.campaign();
  const [settled, postponed, back] = node.take(run, 3) as [
    MessageInHand,
    MessageInHand,
    MessageInHand,
  ];

  node.ledger.settle(run, settled, factOf(run, settled));
  node.ledger.postpone(run, postponed, factOf(run, postponed));
  expect(run.chunks.size).toBe(1);
  node.ledger.giveBack(run, [back]);

  const facts = await node.journal.facts();
  expect(facts.map((fact) => ("s" in fact ? fact.s : fact.k))).toEqual([1, 2, "release"]);
  expect(run.finished).toBe(1);
});

test("returning messages of several chunks releases each chunk", async () => {
  const run = node.campaign();
  const items = [...node.take(run, 2), ...node.take(run, 2)];

  node.ledger.giveBack(run, items);

  expect(await node.journal.facts()).toMatchObject([
    { k: "release", ch: 1 },
    { k: "release", ch: 2 },
  ]);
});

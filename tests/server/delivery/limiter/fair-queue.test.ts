import { expect, test } from "bun:test";
import fc from "fast-check";
import { FairQueue } from "../../../../server/delivery/limiter/fair-queue.ts";

function job(workspaceId: string, campaignId: number, remaining: number) {
  return { workspaceId, campaignId, remaining };
}

/** Sends `count` messages and counts them per workspace/campaign; campaigns leave when they are done. */
function send(queue: FairQueue, count: number, left = new Map<string, number>()) {
  const sent = new Map<string, number>();
  const done: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const next = queue.next();
    if (next === undefined) {
      break;
    }
    const name = `${next.workspaceId}/${next.campaignId}`;
    queue.charge(next);
    sent.set(name, (sent.get(name) ?? 0) + 1);
    left.set(name, (left.get(name) ?? Number.POSITIVE_INFINITY) - 1);
    if (left.get(name) === 0) {
      queue.remove(next);
      done.push(`${name}@${n + 1}`);
    }
  }
  return { sent, done };
}

test("workspaces get equal shares, however many campaigns one has", () => {
  const queue = new FairQueue();
  for (let campaign = 1; campaign <= 9; campaign += 1) {
    queue.add(job("a", campaign, 1_000_000));
  }
  queue.add(job("b", 1, 1_000_000));

  const { sent } = send(queue, 20_000);

  expect(sent.get("b/1")).toBeWithin(9_990, 10_011);
  for (let campaign = 1; campaign <= 9; campaign += 1) {
    expect(sent.get(`a/${campaign}`)).toBeWithin(1_090, 1_130);
  }
});

test("a workspace of weight 3 sends three times as much", () => {
  const queue = new FairQueue();
  queue.add(job("a", 1, 1_000_000), 3);
  queue.add(job("b", 1, 1_000_000));

  const { sent } = send(queue, 4_000);

  expect(sent.get("a/1")).toBe(3_000);
  expect(sent.get("b/1")).toBe(1_000);
});

test("large messages cost more turns than small ones", () => {
  const queue = new FairQueue();
  queue.add(job("a", 1, 1_000_000));
  queue.add(job("b", 1, 1_000_000));
  const sent = { a: 0, b: 0 };
  for (let n = 0; n < 6_000; n += 1) {
    const next = queue.next();
    expect(next).toBeDefined();
    const isLarge = next?.workspaceId === "a";
    queue.charge(job(isLarge ? "a" : "b", 1, 0), isLarge ? 25 : 1);
    sent[isLarge ? "a" : "b"] += 1;
  }

  expect(sent.b / sent.a).toBeWithin(24, 26);
});

test("a thousand messages of one workspace are sent while another has five million", () => {
  const queue = new FairQueue();
  queue.add(job("a", 1, 5_000_000));
  send(queue, 777);
  queue.add(job("b", 1, 1_000));

  const { done } = send(queue, 3_000, new Map([["b/1", 1_000]]));

  expect(Number(done[0]?.split("@")[1])).toBeLessThanOrEqual(2_010);
});

test("a small campaign overtakes its large sibling, which loses at most a fifth", () => {
  const queue = new FairQueue();
  queue.add(job("a", 1, 1_000_000));
  send(queue, 1_000);
  queue.add(job("a", 2, 150));

  const { done } = send(queue, 1_000, new Map([["a/2", 150]]));
  expect(Number(done[0]?.split("@")[1])).toBeLessThanOrEqual(151);

  // A steady stream of small messages gets its earned places and its own turns, no more.
  const sent = { small: 0, large: 0 };
  let campaign = 3;
  queue.add(job("a", campaign, 5));
  for (let n = 0; n < 10_000; n += 1) {
    const next = queue.next();
    if (next === undefined) {
      throw new Error("nobody is ready");
    }
    queue.charge(next);
    sent[next.campaignId === 1 ? "large" : "small"] += 1;
    if (next.campaignId !== 1 && next.remaining === 0) {
      queue.remove(next);
      campaign += 1;
      queue.add(job("a", campaign, 5));
    }
  }
  expect(sent.large).toBeGreaterThan(4_500);
});

test("a queue that cannot send is skipped, and gets its turn again when it can", () => {
  const queue = new FairQueue();
  queue.add(job("a", 1, 1_000_000));
  queue.add(job("a", 2, 1_000_000));
  queue.add(job("b", 1, 1_000_000));
  queue.setReady(job("a", 1, 0), false);
  queue.setReady(job("b", 1, 0), false);

  expect([...send(queue, 500).sent.keys()]).toEqual(["a/2"]);
  queue.setReady(job("a", 2, 0), false);
  expect(queue.next()).toBeUndefined();
  queue.setReady(job("b", 1, 0), true);
  queue.setReady(job("a", 1, 0), true);
  const { sent } = send(queue, 1_000);

  // It did not accumulate turns while it waited.
  expect(sent.get("b/1")).toBeWithin(490, 511);
  expect(sent.get("a/1")).toBeWithin(490, 511);
});

test("a cost estimate that is too low gives no permanent advantage", () => {
  const queue = new FairQueue();
  queue.add(job("a", 1, 1_000_000));
  queue.add(job("a", 2, 0));

  const { sent } = send(queue, 10_000);

  expect(sent.get("a/1")).toBeGreaterThan(4_000);
});

test("after any sequence of adding, holding and removing, every ready campaign gets its turn", () => {
  const action = fc.record({
    workspace: fc.integer({ min: 0, max: 4 }),
    campaign: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom("add", "hold", "ready", "remove"),
    remaining: fc.integer({ min: 0, max: 500 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = new FairQueue();
      const ready = new Map<string, boolean>();
      for (const { workspace, campaign, what, remaining } of actions) {
        const target = job(`w${workspace}`, campaign, remaining);
        const name = `w${workspace}/${campaign}`;
        if (what === "add") {
          queue.add(target);
          ready.set(name, ready.get(name) ?? true);
        } else if (what === "remove") {
          queue.remove(target);
          ready.delete(name);
        } else {
          queue.setReady(target, what === "ready");
          if (ready.has(name)) {
            ready.set(name, what === "ready");
          }
        }
        send(queue, 3);
      }
      const expected = [...ready].filter(([, isReady]) => isReady).map(([name]) => name);

      const served = [...send(queue, 20_000).sent.keys()];

      expect(queue.size).toBe(ready.size);
      expect(served.sort()).toEqual(expected.sort());
    }),
    { numRuns: 40 },
  );
});

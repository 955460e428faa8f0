import { expect, test } from "bun:test";
import fc from "fast-check";
import type { LimitKey, Refusal } from "../../../../server/delivery/limiter/limit-state.ts";
import { Limiter } from "../../../../server/delivery/limiter/limiter.ts";
import { TimerWheel } from "../../../../server/delivery/limiter/timer-wheel.ts";
import { WaitQueue } from "../../../../server/delivery/limiter/wait-queue.ts";

const route: LimitKey = { level: "route", id: "r1" };

test("items fall due at their time, never early, at most a tick late, in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 100 }),
      fc.array(fc.integer({ min: 1, max: 15_000 }), { minLength: 1, maxLength: 30 }),
      (times, steps) => {
        const start = 1_700_000_000_003;
        const wheel = new TimerWheel<number>(start);
        for (const [item, time] of times.entries()) {
          wheel.add(item, start + time);
        }
        const waiting = new Set(times.keys());
        let now = start;
        for (const step of [...steps, 80_000]) {
          now += step;
          for (const item of wheel.advance(now)) {
            expect(start + (times[item] ?? 0)).toBeLessThanOrEqual(now);
            expect(waiting.delete(item)).toBe(true);
          }
          for (const item of waiting) {
            // Two ticks: one for rounding up, one because past times fall due at the next tick.
            expect(start + (times[item] ?? 0)).toBeGreaterThan(now - 20);
          }
        }
        expect(waiting.size).toBe(0);
        expect(wheel.size).toBe(0);
      },
    ),
  );
});

test("the wheel says when it must be advanced, so that one timer is enough", () => {
  const wheel = new TimerWheel<string>(0);
  wheel.add("far", 100_000);
  wheel.add("near", 250);

  const turns: number[] = [];
  const due: string[] = [];
  for (let at = wheel.nextAt(); at !== undefined; at = wheel.nextAt()) {
    turns.push(at);
    due.push(...wheel.advance(at).map((item) => `${item}@${at}`));
  }

  expect(due).toEqual(["near@250", "far@100000"]);
  expect(turns.length).toBeLessThan(15);
});

test("an item can be moved and removed", () => {
  const wheel = new TimerWheel<string>(0);
  wheel.add("a", 100);
  wheel.add("a", 500);
  wheel.add("b", 100);
  wheel.remove("b");

  expect(wheel.advance(400)).toEqual([]);
  expect(wheel.advance(500)).toEqual(["a"]);
  expect(wheel.nextAt()).toBeUndefined();
});

test("a clock that steps back advances nothing, one that jumps ahead advances the wheel once", () => {
  const wheel = new TimerWheel<string>(1_000_000);
  wheel.add("a", 1_000_100);

  expect(wheel.advance(0)).toEqual([]);
  expect(wheel.advance(1e15)).toEqual(["a"]);
});

test("an item waiting for a rate is called at its time, one waiting for a slot when one is free", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { perSecond: 10, burst: 2, concurrency: 2 });
  const queue = new WaitQueue<string>(0, (name) => name);
  const ask = (name: string, now: number) => {
    const admission = limiter.admit([route], now);
    if (!admission.ok) {
      queue.park(name, admission, now);
    }
    return admission.ok;
  };

  expect([ask("a", 0), ask("b", 0), ask("c", 0), ask("d", 0)]).toEqual([true, true, false, false]);
  expect(queue.boundBy("c")?.boundBy).toMatchObject({ kind: "concurrency", allowed: 2 });
  limiter.settle([route], 50, "success");
  expect(queue.freed([route])).toEqual(["c", "d"]);

  // A slot is free, but the rate is not.
  expect([ask("c", 50), ask("d", 50)]).toEqual([false, false]);
  expect(queue.boundBy("c")?.boundBy.kind).toBe("rate");
  expect(queue.due(99)).toEqual([]);
  expect(queue.due(100)).toEqual(["c", "d"]);
  expect([ask("c", 100), ask("d", 100)]).toEqual([true, false]);
  expect(queue.size).toBe(1);
});

test("of thousands waiting for one limit one is called, and the next when that one leaves something over", () => {
  const queue = new WaitQueue<number>(0);
  for (let n = 0; n < 3_000; n += 1) {
    queue.park(n, rateLimited(100), 0);
  }

  expect(queue.due(100)).toEqual([0]);
  expect(queue.moved(0, true)).toEqual([1]);
  expect(queue.park(1, rateLimited(200), 100)).toEqual([]);
  // Item 1 was called and refused again, so it has not had its turn.
  expect(queue.due(200)).toEqual([1]);
  // The slot offered to item 1 is still free when another limit refuses the item, or when it has nothing to send.
  expect(queue.park(1, fullNode(), 200)).toEqual([2]);
  expect(queue.moved(2)).toEqual([3]);
  expect(queue.size).toBe(2_997);
});

test("after any sequence of parking, calling and removing, nothing is forgotten", () => {
  const step = fc.record({
    item: fc.integer({ min: 0, max: 20 }),
    does: fc.constantFrom("rate", "full", "take", "leave", "freed", "wait"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const crowd = newCrowd(21);
      for (const { item, does } of steps) {
        crowd[does](item);
      }
      expect(crowd.waiting() + crowd.called.size + crowd.gone.size).toBe(21);
      crowd.callEverybody();
      expect(crowd.waiting()).toBe(0);
    }),
  );
});

/** Items that wait in a queue, in three groups, and what can happen to them. */
function newCrowd(n: number) {
  const queue = new WaitQueue<number>(0, (item) => item % 3);
  const called = new Set<number>();
  const gone = new Set<number>();
  let now = 0;
  const call = (items: number[]) => {
    for (const item of items) {
      called.add(item);
    }
  };
  const leave = (item: number, tookIt: boolean) => {
    if (called.delete(item)) {
      gone.add(item);
      call(queue.moved(item, tookIt));
    }
  };
  const park = (item: number, refusal: Refusal) => {
    if (called.delete(item)) {
      call(queue.park(item, refusal, now));
    }
  };
  for (let item = 0; item < n; item += 1) {
    queue.park(item, full(), 0);
  }
  return {
    called,
    gone,
    waiting: () => queue.size,
    rate: (item: number) => park(item, rateLimited(now + 50)),
    full: (item: number) => park(item, full()),
    take: (item: number) => leave(item, true),
    leave: (item: number) => leave(item, false),
    freed: () => call(queue.freed([route])),
    wait: () => {
      now += 500;
      call(queue.due(now));
    },
    callEverybody() {
      for (let turn = 0; turn < 3 * n && queue.size > 0; turn += 1) {
        now += 1_100;
        call(queue.due(now));
        for (const item of called) {
          leave(item, false);
        }
      }
    },
  };
}

test("an item waiting for a slot that nobody reports as free checks again within about a second", () => {
  const queue = new WaitQueue<string>(0);
  queue.park("a", full(), 0);

  expect(queue.due(990)).toEqual([]);
  expect(queue.due(1_010)).toEqual(["a"]);
  expect(queue.freed([route])).toEqual([]);
});

test("a paused campaign leaves the queue and is not called", () => {
  const queue = new WaitQueue<string>(0);
  queue.park("a", full(), 0);
  queue.park("b", full(), 0);

  queue.leave("a");

  expect(queue.freed([route])).toEqual(["b"]);
  expect(queue.due(10_000)).toEqual([]);
  expect(queue.boundBy("a")).toBeUndefined();
});

function rateLimited(retryAtMs: number): Refusal {
  const boundBy = { ...route, kind: "rate", allowed: 1, configured: 1, reason: "" } as const;
  return { ok: false, retryAtMs, boundBy };
}

function full(): Refusal {
  const boundBy = { ...route, kind: "concurrency", allowed: 1, configured: 1, reason: "" } as const;
  return { ok: false, retryAtMs: undefined, boundBy };
}

function fullNode(): Refusal {
  const { boundBy } = full();
  return { ok: false, retryAtMs: undefined, boundBy: { ...boundBy, level: "node", id: "" } };
}

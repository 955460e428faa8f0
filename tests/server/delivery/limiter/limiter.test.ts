import { expect, test } from "bun:test";
import fc from "fast-check";
import type { LimitKey } from "../../../../server/delivery/limiter/limit-state.ts";
import { Limiter } from "../../../../server/delivery/limiter/limiter.ts";

const node: LimitKey = { level: "node", id: "n1" };
const workspace: LimitKey = { level: "workspace", id: "w1" };
const campaign: LimitKey = { level: "campaign", id: "w1/7" };
const route: LimitKey = { level: "route", id: "r1" };
const all = [node, workspace, campaign, route];

test("keys without limits admit everything", () => {
  const limiter = new Limiter();

  for (let n = 0; n < 1_000; n += 1) {
    expect(limiter.admit(all, 0)).toEqual({ ok: true });
  }
});

test("a refusal says when to ask again and which limit applies", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { perSecond: 10, burst: 2 });
  limiter.setLimits(workspace, { perSecond: 100 });

  expect(limiter.admit(all, 1_000).ok).toBe(true);
  const second = limiter.admit(all, 1_000);
  expect(second).toEqual({
    ok: false,
    retryAtMs: 1_010,
    boundBy: {
      level: "workspace",
      id: "w1",
      kind: "rate",
      allowed: 100,
      configured: 100,
      reason: "",
    },
  });
  expect(limiter.admit(all, 1_010).ok).toBe(true);
  expect(limiter.admit(all, 1_020)).toMatchObject({
    retryAtMs: 1_100,
    boundBy: { level: "route", kind: "rate" },
  });
  expect(limiter.admit(all, 1_100).ok).toBe(true);
});

test("a refusal at one level consumes nothing at the others", () => {
  const limiter = new Limiter();
  limiter.setLimits(node, { perSecond: 1_000, burst: 5, concurrency: 5 });
  limiter.setLimits(route, { concurrency: 1 });

  expect(limiter.admit(all, 0).ok).toBe(true);
  for (let n = 0; n < 50; n += 1) {
    expect(limiter.admit(all, 0)).toMatchObject({ retryAtMs: undefined });
  }

  expect(limiter.status(node, 0)?.underWay).toBe(1);
  for (let n = 0; n < 4; n += 1) {
    expect(limiter.admit([node], 0).ok).toBe(true);
  }
  expect(limiter.admit([node], 0).ok).toBe(false);
});

test("a suspended key names its reason and outranks every other limit", () => {
  const limiter = new Limiter();
  limiter.setLimits(workspace, { concurrency: 1 });
  limiter.admit([workspace], 0);
  limiter.suspend(route, 5_000, "blocked: 550 5.7.1");

  expect(limiter.admit(all, 1_000)).toMatchObject({
    retryAtMs: 5_000,
    boundBy: { level: "route", kind: "suspended", reason: "blocked: 550 5.7.1" },
  });
  limiter.settle([workspace], 0, "success");
  expect(limiter.admit(all, 5_000).ok).toBe(true);
});

test("no time window exceeds its rate and burst, on any clock that only runs forward", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 20, maxLength: 300 }),
      (perSecond, burst, pauses) => {
        const limiter = new Limiter();
        limiter.setLimits(route, { perSecond, burst });
        const granted: number[] = [];
        let now = 1_000_000;
        for (const pause of pauses) {
          now += pause;
          for (let asked = 0; asked < 3; asked += 1) {
            if (limiter.admit([route], now).ok) {
              granted.push(now);
            }
          }
        }
        expectWithin(granted, perSecond, burst);
      },
    ),
  );
});

test("a clock that steps back grants nothing extra and blocks nothing for long", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 5_000_000 })), {
        minLength: 20,
        maxLength: 200,
      }),
      (perSecond, burst, steps) => {
        const limiter = new Limiter();
        limiter.setLimits(route, { perSecond, burst });
        const granted: number[] = [];
        let real = 0;
        let shown = 1e12;
        for (const [ahead, back] of steps) {
          real += ahead;
          shown += ahead;
          // In every seventh step the shown clock falls behind the real one.
          shown -= ahead % 7 === 0 ? back : 0;
          for (let asked = 0; asked < 3; asked += 1) {
            if (limiter.admit([route], shown).ok) {
              granted.push(real);
            }
          }
        }
        expectWithin(granted, perSecond, burst);
        expect(limiter.admit([route], shown + (1_000 / perSecond) * (burst + 1)).ok).toBe(true);
      },
    ),
  );
});

function expectWithin(granted: number[], perSecond: number, burst: number): void {
  for (const [first, from] of granted.entries()) {
    for (let last = first; last < granted.length; last += 1) {
      const seconds = ((granted[last] ?? 0) - from) / 1_000;
      expect(last - first + 1).toBeLessThanOrEqual(seconds * perSecond + burst + 1e-3);
    }
  }
}

test("unsent messages are returned to every level exactly", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 0, max: 10 }),
      (perSecond, burst, taken) => {
        const limits = { perSecond, burst, concurrency: 1_000 };
        const used = new Limiter();
        const fresh = new Limiter();
        for (const limiter of [used, fresh]) {
          limiter.setLimits(route, limits);
          limiter.setLimits(workspace, { concurrency: 1_000 });
        }
        let admitted = 0;
        for (let n = 0; n < taken; n += 1) {
          admitted += used.admit([route, workspace], 1_000).ok ? 1 : 0;
        }
        for (let n = 0; n < admitted; n += 1) {
          used.settle([route, workspace], 1_000, "not_sent");
        }
        expect(used.status(workspace, 1_000)).toEqual(fresh.status(workspace, 1_000));
        for (let n = 0; n < burst; n += 1) {
          expect(used.admit([route, workspace], 1_000).ok).toBe(true);
        }
        expect(used.admit([route, workspace], 1_000).ok).toBe(false);
      },
    ),
  );
});

test("returning messages never exceeds a full burst", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { perSecond: 1, burst: 3 });
  limiter.admit([route], 0);

  // Long after the bucket has refilled by itself.
  limiter.settle([route], 60_000, "not_sent");

  const granted = [1, 2, 3, 4, 5].filter(() => limiter.admit([route], 60_000).ok);
  expect(granted).toHaveLength(3);
});

test("an adaptive window grows by one per window of successes and stops at its maximum", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { concurrency: 6, adaptiveStart: 2 });
  const window = () => limiter.status(route, 0)?.window;
  const succeed = (times: number) => {
    for (let n = 0; n < times; n += 1) {
      limiter.admit([route], 0);
      limiter.settle([route], 0, "success");
    }
  };

  expect(window()).toBe(2);
  succeed(2);
  expect(window()).toBe(3);
  succeed(3);
  expect(window()).toBe(4);
  succeed(100);
  expect(window()).toBe(6);
});

test("pushback halves window and rate at most once per 30 s, and the rate recovers by the minute", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { concurrency: 16, adaptiveStart: 16, perSecond: 100, burst: 1 });
  const push = (now: number) => {
    limiter.admit([route], now);
    limiter.settle([route], now, "pushback");
    return limiter.status(route, now);
  };

  expect(push(1_000)).toMatchObject({ window: 8, perSecond: 50 });
  expect(push(5_000)).toMatchObject({ window: 8, perSecond: 50 });
  expect(push(31_000)).toMatchObject({ window: 4, perSecond: 25 });
  expect(limiter.status(route, 31_000 + 60_000)?.perSecond).toBeCloseTo(30);
  expect(limiter.status(route, 31_000 + 20 * 60_000)?.perSecond).toBe(100);
  for (let n = 1; n < 20; n += 1) {
    push(31_000 + n * 30_000);
  }
  expect(limiter.status(route, 700_000)?.window).toBe(1);
});

test("replies about one recipient do not change the window", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { concurrency: 8, adaptiveStart: 8 });

  for (let n = 0; n < 100; n += 1) {
    limiter.admit([route], n);
    limiter.settle([route], n, "neutral");
  }

  expect(limiter.status(route, 100)).toMatchObject({ window: 8, underWay: 0 });
});

test("there are never more messages in flight than the window allows, whatever happens to it", () => {
  const step = fc.constantFrom("admit", "success", "neutral", "pushback", "not_sent" as const);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const limiter = new Limiter();
      limiter.setLimits(route, { concurrency: 5, adaptiveStart: 3 });
      let underWay = 0;
      for (const [at, what] of steps.entries()) {
        if (what === "admit") {
          const before = limiter.status(route, at)?.window ?? 0;
          const { ok } = limiter.admit([route], at * 10_000);
          expect(ok).toBe(underWay < before);
          underWay += ok ? 1 : 0;
        } else if (underWay > 0) {
          limiter.settle([route], at * 10_000, what as "success");
          underWay -= 1;
        }
        expect(limiter.status(route, at)?.window).toBeWithin(1, 6);
        expect(limiter.status(route, at)?.underWay).toBe(underWay);
      }
    }),
  );
});

test("new limits keep what was learned and consumed", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { concurrency: 16, adaptiveStart: 16 });
  limiter.admit([route], 0);
  limiter.admit([route], 0);
  limiter.settle([route], 0, "pushback");

  limiter.setLimits(route, { concurrency: 20, adaptiveStart: 16 });
  expect(limiter.status(route, 0)).toMatchObject({ window: 8, underWay: 1 });
  limiter.setLimits(route, { concurrency: 4, adaptiveStart: 16 });
  expect(limiter.status(route, 0)).toMatchObject({ window: 4, underWay: 1 });
  expect(() => limiter.setLimits(route, { perSecond: 0 })).toThrow("suspend");
});

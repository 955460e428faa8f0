import { expect, test } from "bun:test";
import fc from "fast-check";
import { DeadSites } from "../../../../server/delivery/limiter/dead-sites.ts";
import { type LimitKey, limitKey } from "../../../../server/delivery/limiter/limit-state.ts";
import { Limiter } from "../../../../server/delivery/limiter/limiter.ts";
import { QuotaWindow } from "../../../../server/delivery/limiter/quota.ts";
import { WarmUps } from "../../../../server/delivery/limiter/warm-up.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = 1_700_000_000_000;
const route: LimitKey = limitKey("route", "r1");

test("no 24 hours exceed the quota, whenever it is asked", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 7 * HOUR_MS }), { minLength: 1, maxLength: 120 }),
      (max, pauses) => {
        const limiter = new Limiter();
        limiter.setLimits(route, { quotas: { day: max } });
        const sent: number[] = [];
        let now = START;
        for (const pause of pauses) {
          now += pause;
          if (limiter.admit([route], now).ok) {
            limiter.settle([route], now, "success");
            sent.push(now);
          }
        }
        for (const from of sent) {
          const inDay = sent.filter((at) => at >= from && at < from + DAY_MS);
          expect(inDay.length).toBeLessThanOrEqual(max);
        }
      },
    ),
  );
});

test("an exhausted quota says when it has room again, and keeps to it", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { quotas: { hour: 2 } });
  limiter.admit([route], START);
  limiter.admit([route], START + 10_000);

  const refused = limiter.admit([route], START + 20_000);
  expect(refused).toMatchObject({
    ok: false,
    boundBy: { kind: "quota", allowed: 2, reason: "hour" },
  });
  const again = refused.ok ? 0 : (refused.retryAtMs ?? 0);
  expect(again).toBeGreaterThanOrEqual(START + HOUR_MS);
  expect(again).toBeLessThanOrEqual(START + HOUR_MS + 2 * 60_000);
  expect(limiter.admit([route], again).ok).toBe(true);
});

test("an attempt that was not sent, or was told to slow down, uses no quota", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { quotas: { day: 1 } });
  for (const how of ["not_sent", "pushback"] as const) {
    expect(limiter.admit([route], START).ok).toBe(true);
    limiter.settle([route], START, how);
  }
  expect(limiter.admit([route], START).ok).toBe(true);
  limiter.settle([route], START, "success");
  expect(limiter.admit([route], START).ok).toBe(false);
});

test("used quota remains used after a restart", () => {
  const before = new Limiter();
  before.setLimits(route, { quotas: { day: 3 } });
  before.admit([route], START);
  before.admit([route], START);
  const kept = JSON.parse(JSON.stringify([...before.quotaUsage(START)]));

  const after = new Limiter(new Map(kept));
  // Before anything is sent that way again, it is not lost either.
  expect(JSON.parse(JSON.stringify([...after.quotaUsage(START)]))).toEqual(kept);
  after.setLimits(route, { quotas: { day: 3 } });
  expect(after.admit([route], START + HOUR_MS).ok).toBe(true);
  expect(after.admit([route], START + HOUR_MS).ok).toBe(false);
});

test("counting continues where it was when the clock steps back", () => {
  const window = new QuotaWindow("day");
  window.take(START);
  window.take(START - DAY_MS);

  expect(window.used(START)).toBe(2);
  expect(window.fitsAt(START, 2)).toBeGreaterThan(START + DAY_MS - 16 * 60_000);
});

test("a temporary limit slows down for a while and ends by itself", () => {
  const limiter = new Limiter();
  limiter.setLimits(route, { perSecond: 100, burst: 5, concurrency: 10 });
  limiter.setCap(route, {
    perSecond: 1,
    concurrency: 1,
    untilMs: START + 60_000,
    reason: "4.7.28",
  });

  expect(limiter.admit([route], START).ok).toBe(true);
  expect(limiter.admit([route], START)).toMatchObject({
    boundBy: { kind: "concurrency", allowed: 1, configured: 10, reason: "4.7.28" },
  });
  limiter.settle([route], START, "success");
  expect(limiter.admit([route], START + 500)).toMatchObject({
    boundBy: { kind: "rate", allowed: 1, reason: "4.7.28" },
  });
  for (let n = 0; n < 5; n += 1) {
    expect(limiter.admit([route], START + 61_000).ok).toBe(true);
  }
});

const plan = { startedAt: START, firstDay: 100, target: 1_000 };

/** A day on which `n` messages are accepted and `deferred` messages are deferred. */
function day(warmUps: WarmUps, number: number, n: number, deferred = 0): number {
  const now = START + number * DAY_MS + HOUR_MS;
  const quota = warmUps.quota("ip/google", plan, now);
  for (let i = 0; i < n + deferred; i += 1) {
    warmUps.result("ip/google", plan, now, i < n ? "sent" : "deferred");
  }
  return quota;
}

test("a warm-up grows by half per day up to its target, on days that were used", () => {
  const warmUps = new WarmUps();
  const quotas = Array.from({ length: 9 }, (_, i) => day(warmUps, i, 1_000));

  expect(quotas).toEqual([100, 150, 225, 337, 506, 759, 1_000, 1_000, 1_000]);
  const idle = new WarmUps();
  expect([day(idle, 0, 10), day(idle, 1, 0), day(idle, 2, 90), day(idle, 3, 0)]).toEqual([
    100, 100, 100, 150,
  ]);
});

test("a warm-up stays where it is while more than a tenth of 200 is deferred, and goes on after it", () => {
  const warmUps = new WarmUps();
  expect(day(warmUps, 0, 170, 30)).toBe(100);
  expect(day(warmUps, 1, 195, 5)).toBe(100);
  expect(day(warmUps, 2, 0)).toBe(150);
});

test("after a month without mail a warm-up starts again at about a quarter", () => {
  const warmUps = new WarmUps();
  for (let i = 0; i < 7; i += 1) {
    day(warmUps, i, 1_000);
  }
  expect(day(warmUps, 45, 0)).toBeWithin(240, 300);
});

test("a dead site is paused for longer each time, and is usable again when it answers", () => {
  const sites = new DeadSites();
  const pauses: (number | undefined)[] = [];
  let now = START;
  for (let n = 0; n < 9; n += 1) {
    now += 1_000;
    pauses.push(sites.failed("s", now - 500, now, false));
  }
  const minutes = pauses.map((ms) => (ms === undefined ? undefined : ms / 60_000));
  expect(minutes).toEqual([undefined, undefined, 2, 4, 8, 16, 32, 60, 60]);

  sites.answered("s");
  expect(sites.failed("s", now, now + 1, false)).toBeUndefined();
});

test("attempts that failed together count once, and silence counts at once", () => {
  const sites = new DeadSites();
  for (let n = 0; n < 20; n += 1) {
    expect(sites.failed("s", START, START + 1_000 + n, false)).toBeUndefined();
  }
  expect(sites.failed("quiet", START, START + 30_000, true)).toBe(15 * 60_000);
});

import { expect, test } from "bun:test";
import { dayOf, daysLeft, nextDays, quotaOn } from "../../web/src/features/sending/warm-up.ts";

const DAY = 86_400_000;
const plan = { startedAt: 10 * DAY, firstDay: 100, target: 1_000 };

test("a plan grows by half each day and stops at its target", () => {
  expect([0, 1, 2, 3, 5, 6, 40].map((day) => quotaOn(plan, day))).toEqual([
    100, 150, 225, 337, 759, 1_000, 1_000,
  ]);
});

test("the days left and the next days follow the clock", () => {
  const now = plan.startedAt + 2 * DAY + 5;

  expect(dayOf(plan, now)).toBe(2);
  expect(daysLeft(plan, now)).toBe(4);
  expect(quotaOn(plan, dayOf(plan, now) + daysLeft(plan, now))).toBe(plan.target);
  expect(nextDays(plan, now, 3).map(({ quota }) => quota)).toEqual([225, 337, 506]);
  expect(daysLeft(plan, now + 99 * DAY)).toBe(0);
  expect(nextDays(plan, plan.startedAt - 1, 2).map(({ quota }) => quota)).toEqual([0, 100]);
});

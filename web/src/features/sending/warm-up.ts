import type { RouteSource } from "./route.ts";

const DAY_MS = 86_400_000;
const GROWTH = 1.5;

export type WarmUp = NonNullable<RouteSource["warmUp"]>;

/** Messages allowed to one provider on a day of the plan; the first day is 0. */
export function quotaOn({ firstDay, target }: WarmUp, day: number): number {
  return Math.min(target, Math.floor(firstDay * GROWTH ** Math.max(0, day)));
}

/** The current day of the plan; negative before it starts. */
export function dayOf({ startedAt }: WarmUp, now: number): number {
  return Math.floor((now - startedAt) / DAY_MS);
}

/** Days until the target is reached; 0 when it is. */
export function daysLeft(plan: WarmUp, now: number): number {
  const needed = Math.ceil(Math.log(plan.target / plan.firstDay) / Math.log(GROWTH));
  return Math.max(0, needed - dayOf(plan, now));
}

/** The quotas of the next days, today first. */
export function nextDays(
  plan: WarmUp,
  now: number,
  count: number,
): { at: number; quota: number }[] {
  const today = dayOf(plan, now);
  return Array.from({ length: count }, (_, index) => ({
    at: plan.startedAt + (today + index) * DAY_MS,
    quota: today + index < 0 ? 0 : quotaOn(plan, today + index),
  }));
}

import { Cron } from "croner";

/** A recurring time: a cron pattern in a time zone. */
export type Recurrence = { pattern: string; zone: string };

/**
 * The first instant after `after` (unix ms) that matches the pattern, with daylight saving time taken into account.
 *
 * @throws Error when the pattern or time zone is invalid, or the pattern never matches.
 */
export function nextRun({ pattern, zone }: Recurrence, after: number): number {
  const next = new Cron(pattern, { timezone: zone, paused: true }).nextRun(new Date(after));
  if (next === null) {
    throw new Error(`the pattern "${pattern}" names no moment in the future`);
  }
  return next.getTime();
}

/** The first instant after `after` at which it is `hour:minute` in `zone`. */
export function nextLocalTime(zone: string, hour: number, minute: number, after: number): number {
  return nextRun({ pattern: `${minute} ${hour} * * *`, zone }, after);
}

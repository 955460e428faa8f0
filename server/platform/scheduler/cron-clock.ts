import { Cron } from "croner";

/** A moment that comes again: a cron pattern read in a time zone. */
export type Recurrence = { pattern: string; zone: string };

/**
 * The first instant after `after` (unix ms) that the pattern names, daylight saving included.
 *
 * @throws Error when the pattern or the zone cannot be understood, or the pattern never comes.
 */
export function nextRun({ pattern, zone }: Recurrence, after: number): number {
  const next = new Cron(pattern, { timezone: zone, paused: true }).nextRun(new Date(after));
  if (next === null) {
    throw new Error(`the pattern "${pattern}" names no moment in the future`);
  }
  return next.getTime();
}

/** The first instant after `after` when it is `hour:minute` in `zone`. */
export function nextLocalTime(zone: string, hour: number, minute: number, after: number): number {
  return nextRun({ pattern: `${minute} ${hour} * * *`, zone }, after);
}

import type { Clock } from "../clock.ts";
import { DAY_MS } from "../time.rules.ts";
import type { Scheduler } from "./scheduler.ts";

const KEPT_MS = 30 * DAY_MS;

/** Deletes jobs that finished more than 30 days ago, every night. Dead letters are kept. */
export function registerJobCleanUp(scheduler: Scheduler, clock: Clock): void {
  scheduler.every("jobs.clean-up", { pattern: "41 3 * * *", zone: "UTC" }, async () => {
    await scheduler.queue.forgetFinished(clock() - KEPT_MS);
  });
}

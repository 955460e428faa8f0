import { TIDY_JOB } from "../features/privacy/tidy.service.ts";
import type { Scheduler } from "../platform/scheduler/scheduler.ts";

/** Schedules the nightly deletion of data whose retention period is over. */
export function registerNightly(scheduler: Scheduler): void {
  scheduler.every("privacy.nightly", { pattern: "17 2 * * *", zone: "UTC" }, async () => {
    scheduler.queue.enqueue(TIDY_JOB, null, {}, { uniqueKey: TIDY_JOB });
  });
}

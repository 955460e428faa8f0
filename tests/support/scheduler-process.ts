// A process that works through the job table of argv[2] and prints what it runs, for tests that kill it. A job counts
// as done in the file named by its payload: one line per completed run.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { openConnection } from "../../server/platform/db/driver.ts";
import { Scheduler } from "../../server/platform/scheduler/scheduler.ts";

const folder = process.argv[2] ?? "";
const owner = `child-${process.pid}`;
const scheduler = new Scheduler({
  system: openConnection(join(folder, "system.db")),
  clock: Date.now,
  owner,
  leaseMs: 300,
});
scheduler.handle("append", async (job) => {
  await Bun.sleep(3);
  appendFileSync(join(folder, "runs.log"), `${job.id} ${job.attempt}\n`);
});
scheduler.start();

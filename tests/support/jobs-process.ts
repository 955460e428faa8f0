// A process that runs a data folder's heavy jobs until it is killed: `bun jobs-process.ts <data folder>`.
import { startJobs } from "../../server/jobs/index.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import { Scheduler } from "../../server/platform/scheduler/scheduler.ts";

const [dataDir = ""] = process.argv.slice(2);
const scheduler = new Scheduler({
  system: openDatabases(dataDir).system,
  clock: Date.now,
  owner: `test:${process.pid}`,
  heavy: await startJobs(dataDir),
  // Short, so that the next process soon gets the jobs of one that was killed.
  leaseMs: 300,
});
scheduler.start();

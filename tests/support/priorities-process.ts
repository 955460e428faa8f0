// A process of its own that starts the jobs thread and prints the priorities of its threads before and after.
import { startJobs } from "../../server/jobs/index.ts";
import { openDatabases } from "../../server/platform/db/databases.ts";
import { threadPriorities } from "./thread-priorities.ts";

const [dataDir = ""] = process.argv.slice(2);
openDatabases(dataDir).close();
const before = threadPriorities();
const jobs = await startJobs(dataDir);
const after = threadPriorities();
await jobs.stop();
process.stdout.write(JSON.stringify({ before, after }));

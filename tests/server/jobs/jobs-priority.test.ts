import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startJobs } from "../../../server/jobs/index.ts";
import { openDatabases } from "../../../server/platform/db/databases.ts";
import { niceness } from "../../../server/platform/workers/niceness.ts";
import { threadPriorities } from "../../support/thread-priorities.ts";

const isLinux = process.platform === "linux";

test.skipIf(!isLinux)("imports and exports stand back for the threads of everybody", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "swiftmail-niceness-"));
  openDatabases(dataDir).close();
  const own = threadPriorities().filter((nice) => nice === niceness.work).length;

  const jobs = await startJobs(dataDir);

  const now = threadPriorities();
  await jobs.stop();
  rmSync(dataDir, { recursive: true, force: true });
  expect(now.filter((nice) => nice === niceness.work).length).toBeGreaterThan(own);
  expect(now[0]).toBe(0);
});

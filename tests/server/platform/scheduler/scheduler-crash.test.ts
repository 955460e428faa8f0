import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate } from "../../../../server/platform/db/migrate.ts";
import { createJobQueue } from "../../../../server/platform/scheduler/job-queue.ts";

const JOBS = 120;
let folder = "";
let system: Connection;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scheduler-crash-"));
  system = openConnection(join(folder, "system.db"));
  migrate(system, "system");
});
afterEach(() => {
  system.close();
  rmSync(folder, { recursive: true, force: true });
});

function startProcess() {
  const script = join(import.meta.dir, "../../../support/scheduler-process.ts");
  return Bun.spawn([process.execPath, script, folder], { stdout: "ignore", stderr: "inherit" });
}

function completedRuns(): string[] {
  const path = join(folder, "runs.log");
  return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
}

async function until(condition: () => boolean, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > end) {
      throw new Error("it did not happen in time");
    }
    await Bun.sleep(20);
  }
}

test("kill -9 loses no job, and no finished job runs again", async () => {
  const queue = createJobQueue(system, Date.now);
  for (let i = 0; i < JOBS; i++) {
    queue.enqueue("append", null, {});
  }
  const doneIn = () => queue.counts().find(({ state }) => state === "done")?.n ?? 0;

  for (const after of [20, 60]) {
    const victim = startProcess();
    await until(() => completedRuns().length >= after, 10_000);
    victim.kill("SIGKILL");
    await victim.exited;
  }
  const finishedBefore = new Set(
    queue.list({ state: "done", limit: JOBS }).map(({ id }) => String(id)),
  );
  const runsBefore = completedRuns().length;
  const last = startProcess();
  await until(() => doneIn() === JOBS, 15_000);
  last.kill("SIGKILL");
  await last.exited;

  const ids = completedRuns().map((line) => line.split(" ")[0] ?? "");
  expect(new Set(ids).size).toBe(JOBS);
  // Two run at once, so each kill can catch at most two between their effect and their mark.
  expect(ids.length).toBeLessThanOrEqual(JOBS + 4);
  expect(ids.slice(runsBefore).filter((id) => finishedBefore.has(id))).toEqual([]);
}, 40_000);

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate } from "../../../../server/platform/db/migrate.ts";
import { nextLocalTime, nextRun } from "../../../../server/platform/scheduler/cron-clock.ts";
import { PermanentJobError } from "../../../../server/platform/scheduler/job.ts";
import {
  Scheduler,
  type SchedulerOptions,
} from "../../../../server/platform/scheduler/scheduler.ts";

const MINUTE = 60_000;
let folder = "";
let now = 0;
const open: Connection[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scheduler-"));
  now = Date.UTC(2026, 10, 21, 12);
});
afterEach(() => {
  for (const db of open.splice(0)) {
    db.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A scheduler with its own connection to the test's system.db, like a separate process. */
function newScheduler(owner: string, options: Partial<SchedulerOptions> = {}): Scheduler {
  const system = openConnection(join(folder, "system.db"));
  open.push(system);
  migrate(system, "system");
  return new Scheduler({ system, clock: () => now, owner, random: () => 0.5, ...options });
}

test("a job runs once, when it is due and not before", async () => {
  const scheduler = newScheduler("a");
  const seen: unknown[] = [];
  scheduler.handle("greet", async (job) => {
    seen.push(job.payload);
  });
  scheduler.queue.enqueue("greet", null, { name: "Ada" }, { dueAt: now + MINUTE });

  await scheduler.runDue();
  expect(seen).toEqual([]);

  now += MINUTE;
  await scheduler.runDue();
  await scheduler.runDue();
  expect(seen).toEqual([{ name: "Ada" }]);
});

test("no job starts while starting is disabled, and waiting jobs run afterwards", async () => {
  let mayRun = false;
  const scheduler = newScheduler("a", { mayRun: () => mayRun });
  const seen: unknown[] = [];
  scheduler.handle("greet", async (job) => {
    seen.push(job.payload);
  });
  scheduler.queue.enqueue("greet", null, { name: "Ada" });

  await scheduler.runDue();
  expect(seen).toEqual([]);

  mayRun = true;
  await scheduler.runDue();
  expect(seen).toEqual([{ name: "Ada" }]);
});

test("a clock that steps back delays nothing that was due at once, and runs nothing early", async () => {
  const scheduler = newScheduler("a");
  const seen: unknown[] = [];
  scheduler.handle("greet", async (job) => {
    seen.push(job.payload);
  });
  await scheduler.runDue();
  scheduler.queue.enqueue("greet", null, "at once");
  scheduler.queue.enqueue("greet", null, "at noon", { dueAt: now + MINUTE });

  now -= 60 * MINUTE;
  await scheduler.runDue();
  expect(seen).toEqual(["at once"]);

  now += 61 * MINUTE;
  await scheduler.runDue();
  expect(seen).toEqual(["at once", "at noon"]);
});

test("a unique key prevents queueing the same work twice while it is open", async () => {
  const scheduler = newScheduler("a");
  scheduler.handle("check", async () => {});

  const first = scheduler.queue.enqueue("check", null, {}, { uniqueKey: "k" });
  const second = scheduler.queue.enqueue("check", null, {}, { uniqueKey: "k" });
  await scheduler.runDue();
  const third = scheduler.queue.enqueue("check", null, {}, { uniqueKey: "k" });

  expect(first).toBeNumber();
  expect(second).toBeUndefined();
  expect(third).toBeNumber();
});

test("a failing job waits longer each time, then becomes a dead letter until somebody retries it", async () => {
  const scheduler = newScheduler("a");
  let healthy = false;
  scheduler.handle("mail", async () => {
    if (!healthy) {
      throw new Error("no route to host");
    }
  });
  const id = scheduler.queue.enqueue("mail", null, {}, { maxAttempts: 3 }) ?? 0;

  const waits: number[] = [];
  for (let i = 0; i < 3; i++) {
    await scheduler.runDue();
    const dueAt = scheduler.queue.find(id)?.dueAt ?? 0;
    waits.push(dueAt - now);
    now = dueAt;
  }

  expect(waits).toEqual([5_000, 10_000, 0]);
  expect(scheduler.queue.list({ state: "dead", limit: 10 })).toMatchObject([
    { id, attempts: 3, lastError: "no route to host" },
  ]);

  healthy = true;
  expect(scheduler.queue.retry(id)).toBe(true);
  await scheduler.runDue();
  expect(scheduler.queue.find(id)).toMatchObject({ state: "done", attempts: 1 });
  expect(scheduler.queue.retry(id)).toBe(false);
});

test("a job that says a retry cannot help fails at once", async () => {
  const scheduler = newScheduler("a");
  scheduler.handle("import", async () => {
    throw new PermanentJobError("the file is gone");
  });
  const id = scheduler.queue.enqueue("import", null, {}) ?? 0;

  await scheduler.runDue();

  expect(scheduler.queue.find(id)).toMatchObject({ state: "dead", attempts: 1 });
});

test("two competing owners share the jobs and run none twice", async () => {
  const runs = new Map<unknown, number>();
  const owners = ["a", "b"].map((owner) => newScheduler(owner));
  for (const scheduler of owners) {
    scheduler.handle("count", async (job) => {
      await Bun.sleep(1);
      runs.set(job.id, (runs.get(job.id) ?? 0) + 1);
    });
  }
  for (let i = 0; i < 200; i++) {
    owners[0]?.queue.enqueue("count", null, { i });
  }

  await Promise.all(owners.map((scheduler) => scheduler.runDue()));

  expect(runs.size).toBe(200);
  expect(Math.max(...runs.values())).toBe(1);
});

test("the job of an owner without a heartbeat goes to another, and the first can no longer finish it", async () => {
  const lost = newScheduler("lost", { leaseMs: 10_000 });
  const heir = newScheduler("heir", { leaseMs: 10_000 });
  let release = () => {};
  lost.handle("work", () => new Promise<void>((resolve) => (release = resolve)));
  heir.handle("work", async () => {
    throw new Error("from the heir");
  });
  const id = lost.queue.enqueue("work", null, {}) ?? 0;

  const stuck = lost.runDue();
  await heir.runDue();
  expect(lost.queue.find(id)).toMatchObject({ state: "running", attempts: 1 });

  now += 10_001;
  await heir.runDue();
  expect(lost.queue.find(id)).toMatchObject({ state: "ready", attempts: 2 });

  release();
  await stuck;
  expect(lost.queue.find(id)).toMatchObject({ state: "ready", lastError: "from the heir" });
});

test("cancelling removes a waiting job and tells a running one to stop", async () => {
  const scheduler = newScheduler("a", { leaseMs: 30 });
  let stopped = false;
  scheduler.handle("freeze", async (_job, { signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    stopped = true;
  });
  scheduler.queue.enqueue("freeze", null, {}, { uniqueKey: "later", dueAt: now + MINUTE });
  const running = scheduler.queue.enqueue("freeze", null, {}, { uniqueKey: "now" }) ?? 0;

  const run = scheduler.runDue();
  expect(scheduler.queue.cancel("later")).toBe(true);
  expect(scheduler.queue.cancel("now")).toBe(true);
  await run;

  expect(stopped).toBe(true);
  expect(scheduler.queue.find(running)?.state).toBe("cancelled");
  expect(scheduler.queue.cancel("now")).toBe(false);
});

test("stopping waits for a job that ends soon and returns a longer one with its attempt", async () => {
  const scheduler = newScheduler("a");
  scheduler.handle("short", () => Bun.sleep(20));
  scheduler.handle("long", async (_job, { signal }) => {
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  const short = scheduler.queue.enqueue("short", null, {}) ?? 0;
  const long = scheduler.queue.enqueue("long", null, {}) ?? 0;
  scheduler.start();

  await scheduler.stop(100);

  expect(scheduler.queue.find(short)?.state).toBe("done");
  expect(scheduler.queue.find(long)).toMatchObject({ state: "ready", attempts: 0 });
});

test("a running scheduler starts new work at once, and work queued by another thread within about a second", async () => {
  const scheduler = newScheduler("a", { clock: Date.now });
  const elsewhere = newScheduler("b", { clock: Date.now });
  const took: number[] = [];
  scheduler.handle("tick", async (job) => {
    took.push(Date.now() - (job.payload as { at: number }).at);
  });
  scheduler.start();

  scheduler.queue.enqueue("tick", null, { at: Date.now() });
  await Bun.sleep(150);
  elsewhere.queue.enqueue("tick", null, { at: Date.now() });
  await Bun.sleep(1_500);
  await scheduler.stop();

  expect(took).toHaveLength(2);
  expect(took[0]).toBeLessThan(150);
  expect(took[1]).toBeLessThan(1_400);
});

test("recurring work is one open row, repeats after each run, and catches up once for missed times", async () => {
  const runs: number[] = [];
  const daily = { pattern: "30 3 * * *", zone: "Europe/Berlin" };
  const first = newScheduler("a");
  first.every("clean", daily, async () => void runs.push(now));
  now = Date.UTC(2026, 10, 25, 9);

  const second = newScheduler("b");
  second.every("clean", daily, async () => void runs.push(now));
  await second.runDue();
  await second.runDue();

  expect(runs).toEqual([now]);
  expect(second.queue.list({ state: "ready", limit: 10 })).toMatchObject([
    { kind: "clean", dueAt: Date.UTC(2026, 10, 26, 2, 30) },
  ]);
});

test("recurring work that fails permanently still runs at its next time", async () => {
  const scheduler = newScheduler("a");
  scheduler.every("clean", { pattern: "0 * * * *", zone: "UTC" }, async () => {
    throw new PermanentJobError("broken");
  });
  now += 60 * MINUTE;

  await scheduler.runDue();

  expect(scheduler.queue.list({ limit: 10 }).map(({ state }) => state)).toEqual(["ready", "dead"]);
});

test("heavy kinds use their runner, no more at once than it accepts", async () => {
  let running = 0;
  let most = 0;
  const scheduler = newScheduler("a", {
    heavy: {
      kinds: ["import.run"],
      limits: { atOnce: 2, perWorkspace: 2, perKind: 2 },
      run: async () => {
        running += 1;
        most = Math.max(most, running);
        await Bun.sleep(5);
        running -= 1;
      },
    },
  });
  for (let i = 0; i < 6; i++) {
    scheduler.queue.enqueue("import.run", null, {});
  }

  await scheduler.runDue();

  expect(most).toBe(2);
  expect(scheduler.queue.counts()).toEqual([{ state: "done", n: 6 }]);
});

test("finished jobs are removed after a time, dead letters are not", async () => {
  const scheduler = newScheduler("a");
  scheduler.handle("ok", async () => {});
  scheduler.handle("bad", async () => {
    throw new PermanentJobError("no");
  });
  scheduler.queue.enqueue("ok", null, {});
  scheduler.queue.enqueue("bad", null, {});
  await scheduler.runDue();

  expect(await scheduler.queue.forgetFinished(now + 1)).toBe(1);
  expect(scheduler.queue.counts()).toEqual([{ state: "dead", n: 1 }]);
});

test("a local time keeps its hour across daylight saving changes", () => {
  const before = nextLocalTime("Europe/Berlin", 9, 0, Date.UTC(2026, 2, 28, 12));
  const after = nextRun({ pattern: "0 9 * * *", zone: "Europe/Berlin" }, before);

  expect(new Date(before).toISOString()).toBe("2026-03-29T07:00:00.000Z");
  expect(new Date(after).toISOString()).toBe("2026-03-30T07:00:00.000Z");
});

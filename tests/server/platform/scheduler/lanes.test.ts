import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LockedError } from "../../../../server/platform/db/busy.ts";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate } from "../../../../server/platform/db/migrate.ts";
import type { Job } from "../../../../server/platform/scheduler/job.ts";
import { JobLane } from "../../../../server/platform/scheduler/job-lane.ts";
import {
  Scheduler,
  type SchedulerOptions,
} from "../../../../server/platform/scheduler/scheduler.ts";

let folder = "";
let now = 0;
const open: Connection[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanes-"));
  now = Date.UTC(2026, 10, 21, 12);
});
afterEach(() => {
  for (const db of open.splice(0)) {
    db.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

function newScheduler(options: Partial<SchedulerOptions> = {}) {
  const system = openConnection(join(folder, "system.db"));
  open.push(system);
  migrate(system, "system");
  const scheduler = new Scheduler({ system, clock: () => now, owner: "a", ...options });
  return { system, scheduler };
}

/** Work that ends only when told to, and what has begun so far. */
function hangingWork() {
  const begun: Job[] = [];
  const ends: (() => void)[] = [];
  const handler = (job: Job) => {
    begun.push(job);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const release = () => {
    for (const end of ends.splice(0)) {
      end();
    }
  };
  return { begun, handler, release };
}

/** Starts what is due, without waiting for its end. */
async function begin(scheduler: Scheduler): Promise<() => Promise<void>> {
  const run = scheduler.runDue();
  await Bun.sleep(1);
  return () => run;
}

test("hanging mail of one workspace leaves places to every other, and to its own other work", async () => {
  const { scheduler } = newScheduler();
  const mails = hangingWork();
  const launches = hangingWork();
  scheduler.handle("form.signup", mails.handler, "mail");
  scheduler.handle("campaign.launch", launches.handler);
  for (let i = 0; i < 100; i++) {
    scheduler.queue.enqueue("form.signup", "hung", { i });
  }
  scheduler.queue.enqueue("form.signup", "healthy", {});
  scheduler.queue.enqueue("campaign.launch", "hung", {});

  const end = await begin(scheduler);

  expect(mails.begun.map(({ workspaceId }) => workspaceId).toSorted()).toEqual([
    "healthy",
    "hung",
    "hung",
  ]);
  expect(launches.begun).toHaveLength(1);

  scheduler.queue.list({ limit: 200 }).forEach(({ id }) => {
    open[0]?.prepare("UPDATE job SET state = 'cancelled' WHERE id = ? AND state = 'ready'").run(id);
  });
  mails.release();
  launches.release();
  await end();
});

test("the instance's own mail begins at once while the mail of thirty workspaces hangs", async () => {
  const { system, scheduler } = newScheduler();
  const mails = hangingWork();
  const resets: number[] = [];
  scheduler.handle("form.signup", mails.handler, "mail");
  scheduler.handle("auth.reset", async ({ id }) => void resets.push(id), "system");
  for (let i = 0; i < 90; i++) {
    scheduler.queue.enqueue("form.signup", `w${i % 30}`, {});
  }
  const end = await begin(scheduler);
  expect(mails.begun).toHaveLength(24);

  const id = scheduler.queue.enqueue("auth.reset", null, {}) ?? 0;
  const more = await begin(scheduler);

  expect(resets).toEqual([id]);
  system.prepare("UPDATE job SET state = 'cancelled' WHERE state = 'ready'").run();
  mails.release();
  await Promise.all([end(), more()]);
});

test("workspaces take turns, each with its oldest job first", async () => {
  const heavyRuns: string[] = [];
  const { scheduler } = newScheduler({
    heavy: {
      kinds: ["export.run"],
      limits: { atOnce: 1, perWorkspace: 1, perKind: 1 },
      run: async ({ workspaceId, payload }) => {
        heavyRuns.push(`${workspaceId}${(payload as { i: number }).i}`);
      },
    },
  });
  for (let i = 0; i < 4; i++) {
    scheduler.queue.enqueue("export.run", "b", { i });
  }
  scheduler.queue.enqueue("export.run", "a", { i: 0 });
  scheduler.queue.enqueue("export.run", "c", { i: 0 });
  scheduler.queue.enqueue("export.run", "c", { i: 1 });

  await scheduler.runDue();

  expect(heavyRuns).toEqual(["a0", "b0", "c0", "b1", "c1", "b2", "b3"]);
});

test("one kind of heavy work leaves a place to the others", async () => {
  const work = hangingWork();
  const { system, scheduler } = newScheduler({
    heavy: {
      kinds: ["import.run", "export.run"],
      limits: { atOnce: 4, perWorkspace: 2, perKind: 3 },
      run: work.handler,
    },
  });
  for (let i = 0; i < 12; i++) {
    scheduler.queue.enqueue("import.run", `w${i}`, {});
  }
  scheduler.queue.enqueue("export.run", "small", {});

  const end = await begin(scheduler);

  expect(work.begun.map(({ kind }) => kind).toSorted()).toEqual([
    "export.run",
    "import.run",
    "import.run",
    "import.run",
  ]);
  system.prepare("UPDATE job SET state = 'cancelled' WHERE state = 'ready'").run();
  work.release();
  await end();
});

test("a long job pauses while others wait, keeps its attempt, and continues afterwards", async () => {
  const order: string[] = [];
  const slices = new Map<string, number>();
  const { scheduler } = newScheduler({
    heavy: {
      kinds: ["import.run"],
      resumable: ["import.run"],
      sliceMs: 20,
      limits: { atOnce: 1, perWorkspace: 1, perKind: 1 },
      run: async ({ workspaceId }, { signal }) => {
        const name = workspaceId ?? "";
        const slice = (slices.get(name) ?? 0) + 1;
        slices.set(name, slice);
        // The large job finishes in its third slice, whenever that runs.
        while (name === "large" && slice < 3) {
          signal.throwIfAborted();
          await Bun.sleep(2);
        }
        order.push(name);
      },
    },
  });
  const large = scheduler.queue.enqueue("import.run", "large", {}) ?? 0;
  const end = await begin(scheduler);

  scheduler.queue.enqueue("import.run", "small 1", {});
  await Bun.sleep(60);
  scheduler.queue.enqueue("import.run", "small 2", {});
  await end();

  expect(order).toEqual(["small 1", "small 2", "large"]);
  expect(scheduler.queue.find(large)).toMatchObject({ state: "done", attempts: 1 });
});

test("a long job without waiting jobs is not interrupted", async () => {
  let aborted = false;
  const { scheduler } = newScheduler({
    heavy: {
      kinds: ["import.run"],
      resumable: ["import.run"],
      sliceMs: 5,
      limits: { atOnce: 1, perWorkspace: 1, perKind: 1 },
      run: async (_job, { signal }) => {
        await Bun.sleep(40);
        aborted ||= signal.aborted;
      },
    },
  });
  scheduler.queue.enqueue("import.run", "only", { i: 0 });
  // More of the same kind runs when the first has ended.
  scheduler.queue.enqueue("import.run", "only", { i: 1 });

  await scheduler.runDue();

  expect(aborted).toBe(false);
});

test("a job that meets a locked file runs again a second later without losing an attempt", async () => {
  const { scheduler } = newScheduler();
  let locked = true;
  scheduler.handle("write", async () => {
    if (locked) {
      throw new LockedError();
    }
  });
  const id = scheduler.queue.enqueue("write", "w", {}, { maxAttempts: 1 }) ?? 0;

  await scheduler.runDue();
  expect(scheduler.queue.find(id)).toMatchObject({
    state: "ready",
    attempts: 0,
    dueAt: now + 1_000,
  });

  locked = false;
  now += 1_000;
  await scheduler.runDue();
  expect(scheduler.queue.find(id)).toMatchObject({ state: "done", attempts: 1 });
});

test("among a hundred thousand waiting jobs of one workspace the next turn is found without reading them all", () => {
  const { system, scheduler } = newScheduler();
  const insert = system.prepare(
    "INSERT INTO job (kind, workspace_id, due_at, created_at) VALUES ('form.signup', ?, ?, 0)",
  );
  system.transaction(() => {
    for (let i = 0; i < 100_000; i++) {
      insert.run("flood", i);
    }
  })();
  scheduler.queue.enqueue("form.signup", "other", {});
  const lane = new JobLane({ atOnce: 9, perWorkspace: 9, perKind: 9 });
  lane.kinds.push("form.signup");
  const turns: string[] = [];
  const turn = () => {
    const found = lane.next(system, now) ?? { kind: "", workspace: "" };
    lane.enter(found);
    turns.push(found.workspace);
  };
  const all = () => system.prepare("SELECT * FROM job ORDER BY due_at DESC, kind").all();
  const tookMs = (work: () => void) => {
    const before = performance.now();
    work();
    return performance.now() - before;
  };

  const finding = [1, 2, 3, 4, 5].map(() => tookMs(turn));
  const reading = tookMs(() => void all());

  expect(turns).toEqual(["flood", "other", "flood", "other", "flood"]);
  expect(Math.min(...finding)).toBeLessThan(reading / 20);
});

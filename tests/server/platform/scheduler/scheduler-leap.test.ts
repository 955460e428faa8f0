import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, openConnection } from "../../../../server/platform/db/driver.ts";
import { migrate } from "../../../../server/platform/db/migrate.ts";
import { Scheduler } from "../../../../server/platform/scheduler/scheduler.ts";

let folder = "";
let system: Connection;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scheduler-leap-"));
  system = openConnection(join(folder, "system.db"));
  migrate(system, "system");
});
afterEach(() => {
  system.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a clock that jumps forward, as after a suspended machine wakes, does not restart running jobs", async () => {
  let now = Date.UTC(2026, 10, 21, 12);
  const scheduler = new Scheduler({ system, clock: () => now, owner: "a" });
  const mails = Promise.withResolvers<void>();
  let begun = 0;
  scheduler.handle("mail", async () => {
    begun += 1;
    await mails.promise;
  });
  scheduler.queue.enqueue("mail", null, {});
  const first = scheduler.runDue();
  expect(begun).toBe(1);

  now += 3_600_000;
  const second = scheduler.runDue();
  expect(begun).toBe(1);

  mails.resolve();
  await Promise.all([first, second]);
  expect(begun).toBe(1);
  expect(scheduler.queue.counts()).toEqual([{ state: "done", n: 1 }]);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { PermanentJobError } from "../../../../server/platform/scheduler/job.ts";
import { Scheduler } from "../../../../server/platform/scheduler/scheduler.ts";
import { type AccountsApp, newAccountsApp, type SignedUp } from "../../../support/accounts.ts";

let fixture: AccountsApp;
let admin: SignedUp;
let scheduler: Scheduler;
let fails = true;

beforeEach(async () => {
  fails = true;
  fixture = newAccountsApp();
  admin = await fixture.signUp("admin@example.com", { isAdmin: true });
  const { system } = fixture.databases;
  scheduler = new Scheduler({ system, clock: () => fixture.clock.now, owner: "test" });
  scheduler.handle("test.work", async () => {
    if (fails) {
      throw new PermanentJobError("the disk is full");
    }
  });
});
afterEach(() => fixture.close());

type Page = { items: { id: number; state: string; lastError: string }[]; nextCursor: string };

test("an administrator sees dead letters with their reason and can retry them", async () => {
  const id = scheduler.queue.enqueue("test.work", null, { secret: "in the payload" });
  await scheduler.runDue();

  const list = await fixture.call(admin.cookie, "GET", "/jobs?state=dead");
  const text = await list.text();
  expect(text).not.toContain("in the payload");
  expect((JSON.parse(text) as Page).items).toMatchObject([{ id, lastError: "the disk is full" }]);

  fails = false;
  const retried = await fixture.call(admin.cookie, "POST", `/jobs/${id}/retry`);
  expect(await retried.json()).toMatchObject({ id, state: "ready", attempts: 0 });
  await scheduler.runDue();
  expect(scheduler.queue.find(id ?? 0)?.state).toBe("done");

  const again = await fixture.call(admin.cookie, "POST", `/jobs/${id}/retry`);
  expect(again.status).toBe(409);
  expect((await fixture.call(admin.cookie, "POST", "/jobs/999/retry")).status).toBe(404);
});

test("jobs are listed newest first, page by page", async () => {
  for (let i = 0; i < 3; i++) {
    scheduler.queue.enqueue("test.work", null, {});
  }
  const page = async (query: string) =>
    (await (await fixture.call(admin.cookie, "GET", `/jobs?limit=2${query}`)).json()) as Page;

  const first = await page("");
  const second = await page(`&cursor=${first.nextCursor}`);

  expect(first.items.map(({ id }) => id)).toEqual([3, 2]);
  expect(second.items.map(({ id }) => id)).toEqual([1]);
  expect(second.nextCursor).toBeNull();
});

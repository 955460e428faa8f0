import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { AppError } from "../../../../server/platform/errors.ts";
import {
  createFairPool,
  type FairPool,
  Overrun,
} from "../../../../server/platform/workers/fair-pool.ts";
import type { BusyMethods } from "../../../support/busy.worker.ts";

setDefaultTimeout(60_000);

let opened = 0;
let pool: FairPool<BusyMethods>;
const open = () => {
  opened += 1;
  return new Worker(new URL("../../../support/busy.worker.ts", import.meta.url).href);
};
const limits = {
  threads: 1,
  startMs: 20_000,
  maxMs: 20_000,
  restMs: 1_000,
  maxWaiting: 3,
  idleMs: 60_000,
};
const start = (changes: Partial<typeof limits> = {}) => {
  opened = 0;
  pool = createFairPool<BusyMethods>(open, () => Promise.resolve(), { ...limits, ...changes });
};
afterEach(() => pool.stop());

const work = (owner: string, name: string, ms = 1, lane = "a") =>
  pool.call({ owner, lane }, "work", { ms, name });

test("owners take turns, however much one of them requests", async () => {
  start();
  const order: string[] = [];
  const note = (name: string) => order.push(name);

  await Promise.all([
    ...["a1", "a2", "a3"].map((name) => work("a", name).then(note)),
    work("b", "b1").then(note),
    work("c", "c1").then(note),
  ]);

  expect(order).toEqual(["a1", "b1", "c1", "a2", "a3"]);
});

test("the lanes of an owner take turns too", async () => {
  start();
  const order: string[] = [];
  const note = (name: string) => order.push(name);

  await Promise.all([
    ...["1", "2", "3"].map((name) => work("a", name, 1, "editing").then(note)),
    work("a", "sent", 1, "sending").then(note),
  ]);

  expect(order).toEqual(["1", "2", "sent", "3"]);
});

test("a call that takes too long is ended with its thread; its owner pauses while others continue", async () => {
  start({ maxMs: 400, restMs: 3_000 });
  const startedAt = performance.now();

  const endless = work("a", "endless", 60_000).catch((error: unknown) => error);
  const next = work("a", "next").then(() => performance.now() - startedAt);
  expect(await work("b", "b1")).toBe("b1");
  const whenOthersWere = performance.now() - startedAt;

  expect(await endless).toBeInstanceOf(Overrun);
  expect(await next).toBeGreaterThan(3_000);
  expect(whenOthersWere).toBeLessThan(3_000);
  expect(opened).toBe(2);
});

test("a thread whose start hangs is ended, and the next call finds another one", async () => {
  let starts = 0;
  opened = 0;
  pool = createFairPool<BusyMethods>(
    open,
    () => {
      starts += 1;
      return starts === 1 ? new Promise(() => undefined) : Promise.resolve();
    },
    { ...limits, startMs: 100 },
  );

  const stuck = work("a", "a1");
  const next = work("b", "b1");

  await expect(stuck).rejects.toThrow("did not start within 100 ms");
  expect(await next).toBe("b1");
  expect(opened).toBe(2);
});

test("an owner has one call running at a time, so that another finds a thread", async () => {
  start({ threads: 2 });
  const long = [work("a", "a1", 3_000), work("a", "a2", 3_000)];
  const startedAt = performance.now();

  await work("b", "b1");

  expect(performance.now() - startedAt).toBeLessThan(2_500);
  await Promise.all(long);
});

test("a full lane is refused with the time to wait; the lanes beside it and other owners are not", async () => {
  start();
  const first = work("a", "0", 300);
  const waiting = ["1", "2", "3"].map((name) => work("a", name));

  const error = await work("a", "4").catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({ code: "unavailable", retryAfterSeconds: 2 });
  expect(await work("a", "beside", 1, "b")).toBe("beside");
  expect(await work("b", "other")).toBe("other");
  await Promise.all([first, ...waiting]);
});

test("a failure affects only its call, and the thread continues", async () => {
  start();

  await expect(pool.call({ owner: "a", lane: "a" }, "fail", { reason: "no" })).rejects.toThrow(
    "no",
  );
  expect(await work("a", "after")).toBe("after");
  expect(opened).toBe(1);
});

test("an idle thread is ended, and started again when needed", async () => {
  start({ idleMs: 50 });
  await work("a", "1");
  await Bun.sleep(300);

  expect(await work("a", "2")).toBe("2");
  expect(opened).toBe(2);
});

test("stopping rejects running and waiting calls", async () => {
  start();
  const asked = [work("a", "1", 5_000), work("a", "2"), work("b", "3")].map((call) =>
    call.catch((error: unknown) => (error as AppError).code),
  );
  await Bun.sleep(50);

  pool.stop();

  expect(await Promise.all(asked)).toEqual(["unavailable", "unavailable", "unavailable"]);
  await expect(work("a", "4")).rejects.toMatchObject({ code: "unavailable" });
});

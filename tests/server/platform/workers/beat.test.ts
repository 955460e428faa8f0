import { expect, test } from "bun:test";
import { startBeat } from "../../../../server/platform/workers/beat.ts";

test("a task that fails stops neither the beat nor the tasks behind it", async () => {
  const failures: unknown[] = [];
  const thrice = Promise.withResolvers<void>();
  let rounds = 0;
  const stop = startBeat(
    1,
    [
      () => {
        throw new Error("at once");
      },
      () => Promise.reject(new Error("later")),
      () => {
        rounds += 1;
        if (rounds === 3) {
          thrice.resolve();
        }
      },
    ],
    (error) => failures.push((error as Error).message),
  );

  await thrice.promise;
  stop();

  expect(failures).toEqual(["at once", "later", "at once", "later", "at once", "later"]);
});

test("a beat stopped during a round starts nothing more", async () => {
  const running = Promise.withResolvers<void>();
  const done: string[] = [];
  const stop = startBeat(1, [() => running.promise, () => done.push("second task")], () => {});

  stop();
  running.resolve();
  await Bun.sleep(20);

  expect(done).toEqual([]);
});

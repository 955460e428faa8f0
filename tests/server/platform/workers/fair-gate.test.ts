import { expect, test } from "bun:test";
import { FairGate } from "../../../../server/platform/workers/fair-gate.ts";

/** Work that ends when told to, and the order in which it began. */
function work() {
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const begin = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const endAll = async () => {
    await Bun.sleep(2);
    while (ends.length > 0) {
      ends.shift()?.();
      await Bun.sleep(2);
    }
  };
  return { begun, begin, endAll };
}

test("workspaces take turns, however much each asked for before", async () => {
  const gate = new FairGate({ atOnce: 1, perWorkspace: 1, waiting: 10 });
  const { begun, begin, endAll } = work();
  const all = ["a1", "a2", "a3", "b1", "b2", "c1"].map((name) =>
    gate.pass(name.slice(0, 1), begin(name)),
  );

  await endAll();
  await Promise.all(all);

  expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
});

test("one workspace has a limited share of running work, and the rest is free for others", async () => {
  const gate = new FairGate({ atOnce: 4, perWorkspace: 2, waiting: 10 });
  const { begun, begin, endAll } = work();
  const all = ["a1", "a2", "a3", "b1"].map((name) => gate.pass(name.slice(0, 1), begin(name)));
  await Bun.sleep(2);

  expect(begun).toEqual(["a1", "a2", "b1"]);
  await endAll();
  await Promise.all(all);
  expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
});

test("too much work of one workspace is refused with when to try again; other workspaces are not", async () => {
  const gate = new FairGate({ atOnce: 1, perWorkspace: 1, waiting: 1 });
  const { begin, endAll } = work();
  const first = gate.pass("a", begin("a1"));
  const second = gate.pass("a", begin("a2"));

  await expect(gate.pass("a", begin("a3"))).rejects.toMatchObject({
    code: "unavailable",
    retryAfterSeconds: 5,
  });
  const other = gate.pass("b", begin("b1"));
  await endAll();
  await Promise.all([first, second, other]);
});

test("failed work frees its place like successful work", async () => {
  const gate = new FairGate({ atOnce: 1, perWorkspace: 1, waiting: 1 });

  await expect(gate.pass("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await gate.pass("a", () => Promise.resolve(7))).toBe(7);
});

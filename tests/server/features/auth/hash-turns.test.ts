import { expect, test } from "bun:test";
import { HashTurns } from "../../../../server/features/auth/hash-turns.ts";

/** Work that ends when the test says so, and the order in which it began. */
function works() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  return { begun, work, end: (name: string) => ends.get(name)?.() };
}

test("four run at once, the others wait in turn, and known users first", async () => {
  const turns = new HashTurns();
  const { begun, work, end } = works();
  const all = ["a", "b", "c", "d", "e", "f"].map((name) => turns.run(work(name), false));
  all.push(turns.run(work("known"), true));
  await Bun.sleep(1);
  expect(begun).toEqual(["a", "b", "c", "d"]);

  end("b");
  await Bun.sleep(1);
  expect(begun.slice(4)).toEqual(["known"]);
  for (const name of ["known", "a", "c", "d"]) {
    end(name);
    await Bun.sleep(1);
  }
  expect(begun.slice(5)).toEqual(["e", "f"]);
  end("e");
  end("f");
  await Promise.all(all);
});

test("with forty waiting, strangers are asked to come back, and known users are not", async () => {
  const turns = new HashTurns();
  const { begun, work, end } = works();
  const names = Array.from({ length: 44 }, (_, n) => `w${n}`);
  const all = names.map((name) => turns.run(work(name), false));

  await expect(turns.run(work("more"), false)).rejects.toMatchObject({ code: "unavailable" });
  all.push(turns.run(work("known"), true));
  for (const name of ["w0", "known", ...names]) {
    end(name);
    await Bun.sleep(0);
  }
  for (const name of begun) {
    end(name);
  }
  await Promise.all(all);
  expect(begun).toHaveLength(45);
});

import { expect, test } from "bun:test";
import { join } from "node:path";
import { graphOf, type Import, readImports } from "../scripts/import-graph.ts";

const root = join(import.meta.dir, "..");

const between = (pairs: [string, string][]): Import[] =>
  pairs.map(([from, to]) => ({ from: `server/house/${from}`, to: `server/house/${to}` }));

test("rooms stand one floor above what they need, and an import between two rooms counts once", () => {
  const graph = graphOf(
    "server/house",
    between([
      ["roof/a.ts", "hall/a.ts"],
      ["roof/b.ts", "hall/b.ts"],
      ["roof/a.ts", "cellar.ts"],
      ["hall/a.ts", "cellar.ts"],
      ["hall/a.ts", "hall/b.ts"],
    ]),
  );

  expect(graph.rooms).toEqual(["cellar.ts", "hall", "roof"]);
  expect(graph.arrows).toHaveLength(3);
  expect(Object.fromEntries(graph.floors)).toEqual({ "cellar.ts": 0, hall: 1, roof: 2 });
  expect(graph.knots).toEqual([]);
});

test("rooms that need each other in a circle are one knot", () => {
  const graph = graphOf(
    "server/house",
    between([
      ["roof/a.ts", "hall/a.ts"],
      ["hall/b.ts", "cellar.ts"],
      ["cellar.ts", "roof/b.ts"],
      ["cellar.ts", "ground.ts"],
    ]),
  );

  expect(graph.knots).toEqual([["cellar.ts", "hall", "roof"]]);
  expect(graph.floors.get("ground.ts")).toBe(0);
});

test("delivery has no knot: threads stand on run, run on the stages, and these on what all share", async () => {
  const { rooms, floors, knots } = graphOf("server/delivery", await readImports(root, ["server"]));
  const floor = (room: string) => floors.get(room) ?? Number.NaN;
  const stages = rooms.filter(
    (room) => !room.endsWith(".ts") && !["threads", "run"].includes(room),
  );

  expect(knots).toEqual([]);
  expect(floor("threads")).toBeGreaterThan(floor("run"));
  expect(stages).toHaveLength(8);
  for (const stage of stages) {
    expect(floor("run")).toBeGreaterThan(floor(stage));
  }
}, 60_000);

import { expect, test } from "bun:test";
import { join } from "node:path";
import { graphOf, type Import, readImports } from "../scripts/import-graph.ts";

const root = join(import.meta.dir, "..");
const imports = readImports(root, ["server"]);

const between = (pairs: [string, string][]): Import[] =>
  pairs.map(([from, to]) => ({ from: `server/house/${from}`, to: `server/house/${to}` }));

test("a folder is one floor above what it imports, and several imports between two folders count once", () => {
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

test("folders that import each other form one cycle", () => {
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

test("delivery has no cycle: threads import run, run imports the stages, and all import the shared files", async () => {
  const { rooms, floors, knots } = graphOf("server/delivery", await imports);
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

test("features has no cycle: a slice imports only slices below it, and the ports are below all", async () => {
  const { rooms, arrows, knots } = graphOf("server/features", await imports);

  expect(rooms.length).toBeGreaterThan(30);
  expect(knots).toEqual([]);
  expect(arrows.filter(({ from }) => from === "ports.ts")).toEqual([]);
  expect(arrows.filter(({ from }) => from === "deps.ts").map(({ to }) => to)).toEqual(["ports.ts"]);
}, 60_000);

test.each([
  ["lists/lists.routes.ts", "forms/list-use.ts", ["forms", "lists"]],
  ["domains/domain-surroundings.ts", "routes/routes.service.ts", ["domains", "routes"]],
  ["deps.ts", "audit/audit.service.ts", ["audit", "deps.ts"]],
])(
  "one upward import, from %s to %s, makes a cycle of features",
  async (from, to, rooms) => {
    const up = { from: `server/features/${from}`, to: `server/features/${to}` };

    const { knots } = graphOf("server/features", [...(await imports), up]);

    expect(knots).toHaveLength(1);
    expect(knots[0]).toEqual(expect.arrayContaining(rooms));
  },
  60_000,
);

// `bun scripts/import-graph.ts [FOLDER...]` shows how the parts of a folder depend on each other. A room is a file or a
// folder directly inside the folder; all imports between two rooms count as one arrow. Rooms that depend on each other
// in a circle are a knot.
import { join } from "node:path";

export type Import = { from: string; to: string };

export type ImportGraph = {
  rooms: string[];
  /** Pairs of rooms, with the imports between their files. */
  arrows: { from: string; to: string; files: Import[] }[];
  /** The floor of each room: one above the highest room that it imports. The rooms of a knot share a floor. */
  floors: Map<string, number>;
  knots: string[][];
};

type Cruise = {
  modules: { source: string; dependencies: { resolved: string }[] }[];
};

/**
 * All imports between the files of `folders` in the tree at `cwd`, including type imports.
 *
 * @throws Error when dependency-cruiser cannot read it.
 */
export async function readImports(cwd: string, folders: string[]): Promise<Import[]> {
  const cruiser = join(
    import.meta.dir,
    "../node_modules/dependency-cruiser/bin/dependency-cruiser.mjs",
  );
  const rules = join(import.meta.dir, "../.dependency-cruiser.cjs");
  const run = Bun.spawn(
    [process.execPath, cruiser, "--config", rules, "--output-type", "json", ...folders],
    { cwd, stdout: "pipe", stderr: "inherit" },
  );
  const { modules } = JSON.parse(await new Response(run.stdout).text()) as Cruise;
  return modules.flatMap(({ source, dependencies }) =>
    dependencies.map(({ resolved }) => ({ from: source, to: resolved })),
  );
}

/** The graph of the files and folders directly in `folder`. `roomOf` may put several files into one room. */
export function graphOf(
  folder: string,
  imports: readonly Import[],
  roomOf: (path: string) => string = (path) => path.slice(folder.length + 1).split("/")[0] ?? "",
): ImportGraph {
  const isInside = (path: string) => path.startsWith(`${folder}/`);
  const rooms = new Set<string>();
  const arrows = new Map<string, ImportGraph["arrows"][number]>();
  for (const each of imports.filter(({ from }) => isInside(from))) {
    const from = roomOf(each.from);
    rooms.add(from);
    if (!isInside(each.to)) {
      continue;
    }
    const to = roomOf(each.to);
    rooms.add(to);
    if (from !== to) {
      const key = `${from} → ${to}`;
      const arrow = arrows.get(key) ?? { from, to, files: [] };
      arrow.files.push(each);
      arrows.set(key, arrow);
    }
  }
  const below = new Map<string, string[]>();
  for (const { from, to } of arrows.values()) {
    below.set(from, [...(below.get(from) ?? []), to]);
  }
  const groups = stronglyConnected([...rooms].sort(), below);
  return {
    rooms: [...rooms].sort(),
    arrows: [...arrows.values()],
    floors: floorsOf(groups, below),
    knots: groups.filter((group) => group.length > 1).map((group) => group.sort()),
  };
}

/** Tarjan's algorithm: the groups of rooms that can reach each other, each after the groups that it depends on. */
function stronglyConnected(rooms: string[], below: ReadonlyMap<string, string[]>): string[][] {
  const order = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];
  const visit = (room: string): number => {
    let low = order.size;
    order.set(room, low);
    stack.push(room);
    for (const next of below.get(room) ?? []) {
      if (!order.has(next)) {
        low = Math.min(low, visit(next));
      } else if (stack.includes(next)) {
        low = Math.min(low, order.get(next) ?? low);
      }
    }
    if (low === order.get(room)) {
      groups.push(stack.splice(stack.indexOf(room)));
    }
    return low;
  };
  for (const room of rooms) {
    if (!order.has(room)) {
      visit(room);
    }
  }
  return groups;
}

function floorsOf(groups: string[][], below: ReadonlyMap<string, string[]>): Map<string, number> {
  const floors = new Map<string, number>();
  for (const group of groups) {
    const needed = group.flatMap((room) => below.get(room) ?? []);
    const floor = Math.max(-1, ...needed.map((room) => floors.get(room) ?? -1)) + 1;
    for (const room of group) {
      floors.set(room, floor);
    }
  }
  return floors;
}

function print(folder: string, { rooms, arrows, floors, knots }: ImportGraph): void {
  const height = Math.max(0, ...floors.values()) + 1;
  const knotted = arrows.filter(({ from, to }) =>
    knots.some((knot) => knot.includes(from) && knot.includes(to)),
  );
  console.log(`${folder}: ${rooms.length} rooms on ${height} floors, ${arrows.length} arrows`);
  for (const knot of knots) {
    console.log(`  a knot of ${knot.length}: ${knot.join(", ")}`);
  }
  if (knots.length > 0) {
    console.log(`  ${knotted.length} arrows inside knots`);
  }
  for (let floor = height - 1; floor >= 0; floor -= 1) {
    const here = rooms.filter((room) => floors.get(room) === floor);
    console.log(`  ${floor}: ${here.join(" ")}`);
  }
}

if (import.meta.main) {
  const folders = process.argv.slice(2);
  const asked = folders.length > 0 ? folders : ["server/delivery", "server/features"];
  const imports = await readImports(process.cwd(), ["server"]);
  for (const folder of asked) {
    print(folder, graphOf(folder, imports));
  }
}

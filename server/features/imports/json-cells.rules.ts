/** A single value of a JSON cell, with the keys on the way to it; items of a list have the keys of the list. */
export type JsonLeaf = { path: readonly string[]; value: string };

/** More than any export writes into one cell. */
const MAX_LEAVES = 1_000;
/** `{'marketing': False}` and `{"marketing":fal`: as other languages print objects, and as cells are cut off. */
const LOOSE_PAIR = /["']?([\p{L}\p{N} _.-]+)["']?\s*[:=]\s*["']?([^,;"'{}[\]]*)/gu;

/**
 * The values of a cell that holds a JSON object, or a list of them; undefined for every other cell, `too many` for
 * one that is too large to be read. What only resembles JSON is read pair by pair.
 */
export function jsonLeaves(cell: string): JsonLeaf[] | "too many" | undefined {
  if (!/^\s*[[{]/.test(cell) || !/[:=]/.test(cell)) {
    return undefined;
  }
  try {
    return leavesOf(JSON.parse(cell));
  } catch {
    return /^\s*\[?\s*\{/.test(cell) ? looseLeaves(cell) : undefined;
  }
}

function leavesOf(root: unknown): JsonLeaf[] | "too many" | undefined {
  const leaves: JsonLeaf[] = [];
  const open: { path: readonly string[]; value: unknown }[] = [{ path: [], value: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, value } = next;
    if (typeof value !== "object" || value === null) {
      leaves.push({ path, value: String(value ?? "") });
    } else {
      const isList = Array.isArray(value);
      for (const [key, one] of Object.entries(value)) {
        open.push({ path: isList ? path : [...path, key], value: one });
      }
    }
    if (leaves.length + open.length > MAX_LEAVES) {
      return "too many";
    }
  }
  return leaves.some(({ path }) => path.length > 0) ? leaves : undefined;
}

function looseLeaves(cell: string): JsonLeaf[] | "too many" | undefined {
  const leaves: JsonLeaf[] = [];
  for (const [, key = "", value = ""] of cell.matchAll(LOOSE_PAIR)) {
    leaves.push({ path: [key.trim()], value: value.trim() });
    if (leaves.length > MAX_LEAVES) {
      return "too many";
    }
  }
  return leaves.length === 0 ? undefined : leaves;
}

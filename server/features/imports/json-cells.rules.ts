/** A single value of a JSON cell with its path of keys. Items of an array have the path of the array. */
export type JsonLeaf = { path: readonly string[]; value: string };

/** More values than any export writes into one cell. */
const MAX_LEAVES = 1_000;
/**
 * Matches `{'marketing': False}` and `{"marketing":fal`: objects as other languages print them, and truncated cells.
 */
const LOOSE_PAIR = /["']?([\p{L}\p{N} _.-]+)["']?\s*[:=]\s*["']?([^,;"'{}[\]]*)/gu;

/**
 * The values of a cell that contains a JSON object or an array of objects; undefined for other cells, `too many` when
 * it is too large to read. Text that only resembles JSON is read pair by pair.
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

import type { EngagementFact } from "../../delivery/index.ts";
import type { MissedEngagement } from "../ports.ts";

/** Creates counters for events that could not be stored. */
export function createMissedEngagement(): MissedEngagement {
  const counts = new Map<EngagementFact["k"], number>([
    ["open", 0],
    ["click", 0],
    ["view", 0],
  ]);
  return {
    add: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    byKind: () => counts,
    total: () => [...counts.values()].reduce((sum, n) => sum + n, 0),
  };
}

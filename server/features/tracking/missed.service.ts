import type { EngagementFact } from "../../delivery/index.ts";

/** Opens, clicks and views since the start that could not be kept: people were served, and are not counted. */
export class MissedEngagement {
  readonly #counts = new Map<EngagementFact["k"], number>([
    ["open", 0],
    ["click", 0],
    ["view", 0],
  ]);

  add(kind: EngagementFact["k"]): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  byKind(): ReadonlyMap<EngagementFact["k"], number> {
    return this.#counts;
  }

  total(): number {
    return [...this.#counts.values()].reduce((sum, n) => sum + n, 0);
  }
}

import type { Cluster } from "./cluster.ts";

/** A single node with local files: always the primary, always in term 1. */
export function standalone(): Cluster {
  return { node: "main", role: () => "primary", epoch: () => 1, canWrite: () => true };
}

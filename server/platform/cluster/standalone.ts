import type { Cluster } from "./cluster.ts";

/** One node with plain files: always the primary, always of the first epoch. */
export function standalone(): Cluster {
  return { node: "main", role: () => "primary", epoch: () => 1, canWrite: () => true };
}

/** What this node may do, and in which primacy. */
export type Cluster = {
  /** Stable name of this node, part of lease owners and journal stream names. */
  node: string;
  role(): "primary" | "replica";
  /** Number of the current primacy; what an older one wrote is refused. */
  epoch(): number;
  /** False on a node whose databases are copies: writes on reads (sessions) are left out there. */
  canWrite(): boolean;
};

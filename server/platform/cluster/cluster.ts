/** This node's role in the cluster. */
export type Cluster = {
  /** The node's stable name; part of lease owners and journal stream names. */
  node: string;
  role(): "primary" | "replica";
  /** The number of the current primary's term; writes from an earlier term are refused. */
  epoch(): number;
  /**
   * False on a node whose databases are replicas; writes that accompany a read, such as a session's last use, are
   * skipped there.
   */
  canWrite(): boolean;
};

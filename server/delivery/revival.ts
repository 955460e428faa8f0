import type { Databases } from "../platform/db/databases.ts";
import type { Connection } from "../platform/db/driver.ts";
import { log } from "../platform/log.ts";
import type { Ingester } from "./ingest/ingester.ts";
import type { KeptFacts } from "./ingest/kept-facts.ts";
import { releaseForeignLeases } from "./queue/claim.store.ts";

export type RevivalParts = {
  databases: Databases;
  kept: KeptFacts;
  ingester: Ingester;
  find: (workspaceId: string) => Connection | undefined;
  /** Of this process's leases. */
  owner: string;
  look: (workspaceId: string) => void;
};

/** Brings workspaces back to work: at a start after their process died, and after their file was mended. */
export class Revival {
  readonly #parts: RevivalParts;

  constructor(parts: RevivalParts) {
    this.#parts = parts;
  }

  /** Takes back what dead processes had leased. @returns how many chunks. */
  takeBack(workspaceId: string): number {
    const { find, owner, look } = this.#parts;
    try {
      const db = find(workspaceId);
      const leases = db === undefined ? 0 : releaseForeignLeases(db, owner);
      look(workspaceId);
      return leases;
    } catch (error) {
      // One workspace's damaged or full file must not keep the others from starting.
      log.error({ workspaceId, err: error }, "a workspace could not be recovered");
      return 0;
    }
  }

  /** Applies what was kept of workspaces that are not set aside any more, and lets their campaigns go on. */
  reviveAll(): void {
    const { databases, kept, ingester } = this.#parts;
    for (const workspaceId of kept.workspaces()) {
      if (databases.isSetAside(workspaceId)) {
        continue;
      }
      try {
        ingester.revive(workspaceId);
        this.takeBack(workspaceId);
        log.info({ workspaceId }, "what was kept of a workspace is applied");
      } catch (error) {
        log.error({ workspaceId, err: error }, "kept facts wait: the database cannot be written");
      }
    }
  }
}

import { LRUCache } from "lru-cache";
import type { Connection } from "../../platform/db/driver.ts";
import { findWorkspaceByNumber } from "./tracking.store.ts";

const MAX_CACHED = 10_000;
/** A renamed or suspended workspace is noticed after this time. */
const CACHE_MS = 60_000;

/** Workspaces by the number that tokens contain, cached for a minute. */
export class WorkspaceDirectory {
  readonly #system: Connection;
  readonly #known = new LRUCache<number, { id: string; name: string }>({
    max: MAX_CACHED,
    ttl: CACHE_MS,
  });

  constructor(system: Connection) {
    this.#system = system;
  }

  /** Undefined when there is no such workspace, or it is being deleted. */
  find(number: number): { id: string; name: string } | undefined {
    let workspace = this.#known.get(number);
    if (workspace === undefined) {
      workspace = findWorkspaceByNumber(this.#system, number);
      if (workspace !== undefined) {
        this.#known.set(number, workspace);
      }
    }
    return workspace;
  }
}

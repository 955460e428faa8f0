import type { Connection } from "../../platform/db/driver.ts";
import { workspacesLeftOpen } from "../../platform/db/open-marks.ts";
import { lastSeen } from "../../platform/db/workspace-seen.store.ts";
import { log } from "../../platform/log.ts";
import { isSetAside } from "../ingest/passing.ts";

/** How long one call may take, so that the facts of other workspaces wait only for milliseconds. */
const SOME_MS = 20;
/** How many other files are opened after a start, so that a loss is reported even if nobody uses them. */
const RECENT = 100;

/**
 * Opens the files that a dead process had open, even if nobody asks for them. Until then the last commits of such a
 * file are only in its log, which must not be removed; after a clean stop no file may depend on its log. It also opens
 * the files with the most recent changes of consent, because opening a file shows whether it is an older copy.
 */
export class LeftOpenFiles {
  readonly #waiting: string[];
  readonly #recent: string[];
  readonly #find: (workspaceId: string) => unknown;

  constructor(dataDir: string, system: Connection, find: (workspaceId: string) => unknown) {
    this.#waiting = workspacesLeftOpen(dataDir);
    this.#recent = lastSeen(system, RECENT);
    this.#find = find;
  }

  openSome(): void {
    const until = performance.now() + SOME_MS;
    this.#openUntil(until, this.#waiting);
    this.#openUntil(until, this.#recent);
  }

  openAll(): void {
    this.#openUntil(Number.POSITIVE_INFINITY, this.#waiting);
  }

  #openUntil(until: number, waiting: string[]): void {
    while (performance.now() < until) {
      const id = waiting.shift();
      if (id === undefined) {
        return;
      }
      try {
        this.#find(id);
      } catch (error) {
        // A file that is set aside is opened when it is back. Any other file keeps its mark, and the next start tries
        // again.
        if (!isSetAside(error)) {
          log.warn({ workspaceId: id, err: error }, "a file from before the start was not opened");
        }
      }
    }
  }
}

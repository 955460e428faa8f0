import { workspacesLeftOpen } from "../../platform/db/open-marks.ts";
import { log } from "../../platform/log.ts";
import { isSetAside } from "../ingest/passing.ts";

/** How long one call may take, so that the facts of other workspaces wait only for milliseconds. */
const SOME_MS = 20;

/**
 * Opens the files that a dead process had open, even if nobody asks for them. Until then the last commits of such a file
 * are only in its log, which must not be removed; after a clean stop no file may depend on its log.
 */
export class LeftOpen {
  readonly #waiting: string[];
  readonly #find: (workspaceId: string) => unknown;

  constructor(dataDir: string, find: (workspaceId: string) => unknown) {
    this.#waiting = workspacesLeftOpen(dataDir);
    this.#find = find;
  }

  openSome(): void {
    this.#openFor(SOME_MS);
  }

  openAll(): void {
    this.#openFor(Number.POSITIVE_INFINITY);
  }

  #openFor(ms: number): void {
    const until = performance.now() + ms;
    for (let id = this.#waiting.shift(); id !== undefined; id = this.#waiting.shift()) {
      try {
        this.#find(id);
      } catch (error) {
        // One that is set aside is opened when it is back; of any other the mark stays, and the next start tries again.
        if (!isSetAside(error)) {
          log.warn({ workspaceId: id, err: error }, "a file from before the crash was not opened");
        }
      }
      if (performance.now() > until) {
        return;
      }
    }
  }
}

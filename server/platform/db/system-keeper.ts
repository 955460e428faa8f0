import { log } from "../log.ts";
import type { Connection } from "./driver.ts";
import { stampFile } from "./log-base.ts";
import { statement } from "./statements.ts";
import { isWritable } from "./write-turn.ts";

const KEEP_EVERY_MS = 1_000;

const selectChanges = statement<[], { n: number }>("SELECT total_changes() AS n");

/**
 * Writes a new stamp into `system.db` within a second of a change by any thread, so that a copy of it from another time
 * is recognised beside its log (log-base.ts). Only one thread of a process may do this.
 *
 * @returns a function that ends it.
 */
export function keepSystem(system: Connection): () => void {
  let seen = "";
  const keep = () => {
    try {
      if (
        system.open &&
        !system.inTransaction &&
        changesOf(system) !== seen &&
        isWritable(system)
      ) {
        stampFile(system);
        seen = changesOf(system);
      }
    } catch (error) {
      log.warn({ err: error }, "could not write the stamp of system.db");
    }
  };
  const timer = setInterval(keep, KEEP_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    keep();
  };
}

/** Changes with every commit, by this connection or another. */
function changesOf(system: Connection): string {
  const others = Number(system.pragma("data_version", { simple: true }));
  return `${selectChanges(system).get()?.n} ${others}`;
}

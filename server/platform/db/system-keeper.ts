import { log } from "../log.ts";
import type { Connection } from "./driver.ts";
import { stampFile } from "./log-base.ts";
import { statement } from "./statements.ts";
import { SystemSeen } from "./system-seen.ts";
import { isWritable } from "./write-turn.ts";

const KEEP_EVERY_MS = 1_000;

const selectChanges = statement<[], { n: number }>("SELECT total_changes() AS n");

/**
 * Makes a loss of `system.db` detectable within a second of a change by any thread. It writes the stamp, which shows
 * whether the file and its log are from the same time (log-base.ts), and a note of the version outside the file
 * (system-seen.ts). Only one thread of a process may have a keeper, and it must have compared the file with the note
 * before.
 */
export class SystemKeeper {
  readonly #system: Connection;
  readonly #seen: SystemSeen;
  readonly #timer: ReturnType<typeof setInterval>;
  #stamped = "";

  constructor(dataDir: string, system: Connection) {
    this.#system = system;
    this.#seen = new SystemSeen(dataDir, system);
    this.#seen.adopt();
    this.#timer = setInterval(() => void this.#keep(), KEEP_EVERY_MS);
    this.#timer.unref();
  }

  /** Notes the version of the file. Never fails; a later call does what this one could not. */
  note(): void {
    try {
      if (this.#system.open && !this.#system.inTransaction) {
        this.#seen.note();
      }
    } catch (error) {
      log.warn({ err: error }, "could not note the version of system.db");
    }
  }

  /** Called before the connection is closed. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stamp();
    this.note();
  }

  async #keep(): Promise<void> {
    this.#stamp();
    this.note();
    try {
      await this.#seen.settle();
    } catch (error) {
      log.warn({ err: error }, "could not wait until system.db is on the disk");
    }
  }

  /** Skipped while another thread is writing to the file; the next call then does it. */
  #stamp(): void {
    const system = this.#system;
    try {
      const isDue = system.open && !system.inTransaction && changesOf(system) !== this.#stamped;
      if (isDue && isWritable(system)) {
        stampFile(system);
        this.#stamped = changesOf(system);
      }
    } catch (error) {
      log.warn({ err: error }, "could not write the stamp of system.db");
    }
  }
}

/** Changes with every commit, by this connection or another. */
function changesOf(system: Connection): string {
  const others = Number(system.pragma("data_version", { simple: true }));
  return `${selectChanges(system).get()?.n} ${others}`;
}

// SQLite opens a file whose write-ahead log was cut, and an older copy of a file, without an error. A counter that only
// increases shows the loss: such a file has a lower value than the one recorded in system.db.
import { log } from "../log.ts";
import { consentVersion } from "./consent-version.store.ts";
import { noteLoss } from "./damage.store.ts";
import type { Connection } from "./driver.ts";
import { beginStamp, stampFile } from "./log-base.ts";
import { statement } from "./statements.ts";
import { inTransaction } from "./transaction.ts";
import { lowerSeen, raiseSeen, seenVersion } from "./workspace-seen.store.ts";
import { isWritable } from "./write-turn.ts";

const selectChanges = statement<[], { n: number }>("SELECT total_changes() AS n");

type Noted = {
  /** The value of the counter that, as far as this thread knows, is in system.db. */
  version: number;
  /** The number of rows that the connection had changed at that time; undefined before the first check. */
  changes: number | undefined;
};

/**
 * How often a file that changes all the time gets a new stamp, so that stamps are few among its commits. A stamp counts
 * only after the next one is written, so an older copy that is less than twice this old cannot be told from the current
 * file.
 */
const STAMP_EVERY_MS = 5_000;

/** Records how many changes of consent each workspace's file has, and detects a file that has fewer than before. */
export class LostChanges {
  readonly #system: Connection;
  readonly #noted = new WeakMap<Connection, Noted>();
  /** When the connection last wrote the stamp, on the clock of `performance`, and how many rows it had changed then. */
  readonly #stamped = new WeakMap<Connection, { at: number; changes: number }>();

  constructor(system: Connection) {
    this.#system = system;
  }

  /**
   * Compares a file that was just opened. A loss is reported once; from then on, the file's own number counts.
   *
   * @throws errors of SQLite; the file must then not be used.
   */
  compare(workspaceId: string, path: string, db: Connection): void {
    // The order matters: another thread may change the workspace between the two reads, and that must not look like a
    // loss.
    let version = seenVersion(this.#system, workspaceId);
    if (consentVersion(db) < version) {
      this.#say(workspaceId, path, db);
      version = seenVersion(this.#system, workspaceId);
    }
    this.#noted.set(db, { version, changes: undefined });
  }

  /**
   * Records the counter if this connection has changed rows since the last call. It must be called outside the
   * workspace's transactions, because `system.db` must not know of changes that the file may still lose. Never fails; a
   * later call does what this one could not.
   */
  note(workspaceId: string, db: Connection): void {
    try {
      if (this.#hasChanged(db)) {
        this.#write(workspaceId, db);
      }
    } catch (error) {
      log.warn({ workspaceId, err: error }, "could not record the version of a workspace's file");
    }
  }

  /** Like `note`, before the connection is closed. */
  noteLast(workspaceId: string, db: Connection): void {
    this.#stamp(workspaceId, db, true);
    this.note(workspaceId, db);
  }

  /**
   * Like `note`, for all open files, unless another thread is writing to `system.db`; the next call then does it.
   * Changed files also get a new stamp from time to time.
   */
  noteAll(open: [workspaceId: string, db: Connection][]): void {
    for (const [workspaceId, db] of open) {
      this.#stamp(workspaceId, db, false);
    }
    const changed = open.filter(([, db]) => this.#hasChanged(db));
    if (changed.length > 0 && isWritable(this.#system)) {
      for (const [workspaceId, db] of changed) {
        this.note(workspaceId, db);
      }
    }
  }

  /** Skipped while another thread is writing to the file; the next call then does it. */
  #stamp(workspaceId: string, db: Connection, isLast: boolean): void {
    try {
      const last = this.#stamped.get(db) ?? { at: Number.NEGATIVE_INFINITY, changes: 0 };
      const at = performance.now();
      const isDue =
        (isLast || at - last.at >= STAMP_EVERY_MS) &&
        db.open &&
        !db.inTransaction &&
        changesOf(db) !== last.changes;
      if (isDue && isWritable(db)) {
        (isLast ? stampFile : beginStamp)(db);
        this.#stamped.set(db, { at, changes: changesOf(db) });
      }
    } catch (error) {
      log.warn({ workspaceId, err: error }, "could not write the stamp of a workspace's file");
    }
  }

  #hasChanged(db: Connection): boolean {
    return db.open && !db.inTransaction && changesOf(db) !== this.#noted.get(db)?.changes;
  }

  #write(workspaceId: string, db: Connection): void {
    const changes = changesOf(db);
    const version = consentVersion(db);
    if (version > (this.#noted.get(db)?.version ?? 0)) {
      raiseSeen(this.#system, { workspaceId, version, at: Date.now() });
    }
    this.#noted.set(db, { version, changes });
  }

  #say(workspaceId: string, path: string, db: Connection): void {
    const lost = inTransaction(this.#system, () => {
      // Another thread may have opened the file and reported it in the meantime.
      const seen = seenVersion(this.#system, workspaceId);
      const version = consentVersion(db);
      if (version < seen) {
        const at = Date.now();
        const records = seen - version;
        noteLoss(this.#system, { kind: "changes_lost", path, records, bytes: 0, kept: "", at });
        lowerSeen(this.#system, { workspaceId, version, at });
      }
      return seen - version;
    });
    if (lost > 0) {
      log.error(
        { workspaceId, path, lost },
        "a workspace's file lacks changes that were saved: its log was cut, or it is an older copy. People who have unsubscribed may be mailable again, so its campaigns wait for a person",
      );
    }
  }
}

function changesOf(db: Connection): number {
  return selectChanges(db).get()?.n ?? 0;
}

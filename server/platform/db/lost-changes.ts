// SQLite opens a file whose write-ahead log was cut, and an older copy of a file, without an error. A counter that only
// increases tells: system.db knows a higher value than such a file has.
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
  /** The counter as this thread last knew system.db to have it. */
  version: number;
  /** How many rows the connection had changed then; undefined before the first look. */
  changes: number | undefined;
};

/**
 * A file that is written all the time gets a stamp so often, so that the stamps are few among its commits. A stamp counts
 * from the next one on, so an older copy of less than twice this age is not told from its successor.
 */
const STAMP_EVERY_MS = 5_000;

/** Writes down how many changes of consent each workspace's file has, and finds a file that has fewer than it had. */
export class LostChanges {
  readonly #system: Connection;
  readonly #noted = new WeakMap<Connection, Noted>();
  /** When the connection last wrote the stamp, on the clock of `performance`, and how many rows it had changed then. */
  readonly #stamped = new WeakMap<Connection, { at: number; changes: number }>();

  constructor(system: Connection) {
    this.#system = system;
  }

  /**
   * Compares a file that was just opened. A loss is reported once: from then on the file's own number counts.
   *
   * @throws errors of SQLite; then the file must not be used.
   */
  compare(workspaceId: string, path: string, db: Connection): void {
    // In this order: another thread may change the workspace between the two reads, and that must not look like a loss.
    let version = seenVersion(this.#system, workspaceId);
    if (consentVersion(db) < version) {
      this.#say(workspaceId, path, db);
      version = seenVersion(this.#system, workspaceId);
    }
    this.#noted.set(db, { version, changes: undefined });
  }

  /**
   * Writes down the counter if this connection has changed rows since the last call. It must be called outside the
   * workspace's transactions, because `system.db` must not know what the file may still lose. Never fails: a later call
   * makes up for it.
   */
  note(workspaceId: string, db: Connection): void {
    try {
      if (this.#hasChanged(db)) {
        this.#write(workspaceId, db);
      }
    } catch (error) {
      log.warn({ workspaceId, err: error }, "could not write down what a workspace's file has");
    }
  }

  /** As `note`, before the connection is closed. */
  noteLast(workspaceId: string, db: Connection): void {
    this.#stamp(workspaceId, db, true);
    this.note(workspaceId, db);
  }

  /**
   * As `note` for all that are open, unless another thread is writing to `system.db`; the next call makes up for it.
   * Those that were changed get a new stamp now and then.
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

  /** Unless another thread is writing to the file; the next call makes up for it. */
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

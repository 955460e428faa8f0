import { isMainThread } from "node:worker_threads";
// The only file that names the driver. The sub-path embeds the native addon in the compiled binary,
// which the package's main entry does not; scripts/build.ts swaps it for another target.
import Database from "better-sqlite3/linux-x64";

export type Connection = Database.Database;

const BUSY_TIMEOUT_MS = 5_000;
// A checkpoint waits for the disk, and whoever commits past the limit makes it: threads that write much are
// to reach theirs first, so that it is seldom the HTTP thread that waits.
const CHECKPOINT_PAGES = isMainThread ? 8_000 : 1_000;

export type ConnectionOptions = {
  readonly?: boolean;
  /**
   * How long a write waits for another connection's, 5 s when left out. The whole thread waits: one that serves
   * many workspaces takes a short time here and waits in `write-turn.ts`.
   */
  busyTimeoutMs?: number;
  /** Fails rather than makes a file that is not there. */
  mustExist?: boolean;
  /** Gets the connection before anybody uses it. */
  onOpen?: (db: Connection) => void;
};

/**
 * Opens a SQLite file with the settings everything here relies on.
 *
 * @throws Error when the file cannot be opened, or is not in WAL mode afterwards: any other mode is
 *   not replicated by LiteFS, so it is refused rather than used.
 */
export function openConnection(path: string, options: ConnectionOptions = {}): Connection {
  const { readonly = false, mustExist = false, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  const db = new Database(path, { readonly, fileMustExist: mustExist, timeout: busyTimeoutMs });
  try {
    if (path !== ":memory:" && !readonly) {
      const mode = db.pragma("journal_mode = WAL", { simple: true });
      if (mode !== "wal") {
        throw new Error(`SQLite refused WAL mode (journal_mode is ${String(mode)})`);
      }
    }
    db.pragma("synchronous = NORMAL");
    db.pragma("foreign_keys = ON");
    // What is deleted or changed is overwritten, in every file and by every thread: who is erased later must not
    // be found where something of theirs was moved or removed long before.
    db.pragma("secure_delete = ON");
    db.pragma("temp_store = MEMORY");
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    options.onOpen?.(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Locks a file for as long as this process lives, or until what is returned is called; undefined when another
 * process has it after `waitMs`. SQLite's own locks (fcntl on Unix) end with their process and hold
 * between containers on one volume, and they are there wherever a database can be. Nothing is written to it.
 */
export function lockFile(path: string, waitMs: number): (() => void) | undefined {
  const db = new Database(path, { timeout: waitMs });
  try {
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") {
      return undefined;
    }
    throw error;
  }
  return () => db.close();
}

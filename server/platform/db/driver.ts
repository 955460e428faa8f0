import { isMainThread } from "node:worker_threads";
// The only file that imports the driver. The sub-path import embeds the native addon in the compiled binary, which the
// package's main entry does not; scripts/build.ts replaces it when building for another target.
import Database from "better-sqlite3/linux-x64";

export type Connection = Database.Database;

const BUSY_TIMEOUT_MS = 5_000;
// A checkpoint waits for the disk and runs in the thread whose commit exceeds the limit. Worker threads have a lower
// limit, so that the HTTP thread seldom has to run one.
const CHECKPOINT_PAGES = isMainThread ? 8_000 : 1_000;

export type ConnectionOptions = {
  readonly?: boolean;
  /**
   * How long a write waits for another connection's lock; default 5 s. The whole thread blocks in the meantime, so a
   * thread that serves many workspaces sets a short time and waits in `write-turn.ts`.
   */
  busyTimeoutMs?: number;
  /** Fail if the file does not exist, rather than create it. */
  mustExist?: boolean;
  /** Called with the connection before it is used. */
  onOpen?: (db: Connection) => void;
};

/**
 * Opens an SQLite file with the settings that all code relies on.
 *
 * @throws Error when the file cannot be opened or cannot be switched to WAL mode: LiteFS does not replicate other
 * modes, so they are refused.
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
    // Overwrite deleted content in every file, on every thread: after an erasure, no earlier copy of a person's data
    // may remain in free pages.
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
 * Locks a file until the returned function is called or this process ends; undefined when another process still holds
 * the lock after `waitMs`. SQLite's locks (fcntl on Unix) are released when the process dies, work between containers
 * that share a volume, and exist wherever a database can be stored. Nothing is written to the file.
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

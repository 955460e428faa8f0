// SQLite waits for a lock inside the call, which blocks the whole thread. A thread that serves many workspaces waits
// here instead, with pauses in which it does other work.
import { AppError, because } from "../errors.ts";
import { isBusy } from "./busy.ts";
import type { Connection } from "./driver.ts";

/** Creating an index for two million contacts holds a workspace's lock for about five seconds. */
const WITHIN_MS = 10_000;
const LONGEST_PAUSE_MS = 25;

/** True when this connection could start a write now. Neither waits nor changes anything. */
export function isWritable(db: Connection): boolean {
  if (db.inTransaction) {
    return true;
  }
  const timeoutMs = Number(db.pragma("busy_timeout", { simple: true }));
  db.pragma("busy_timeout = 0");
  try {
    db.exec("BEGIN IMMEDIATE");
    db.exec("ROLLBACK");
    return true;
  } catch (error) {
    if (isBusy(error)) {
      return false;
    }
    throw error;
  } finally {
    db.pragma(`busy_timeout = ${timeoutMs}`);
  }
}

/**
 * Resolves once a write can start. The caller must then write immediately. If another connection starts a short write
 * in between, the connection's own busy time-out covers it.
 *
 * @param open Returns the connection; called again after each pause.
 * @throws AppError `unavailable` when another connection has held the lock for `withinMs`.
 */
export async function writeTurn(open: () => Connection, withinMs = WITHIN_MS): Promise<void> {
  const until = performance.now() + withinMs;
  for (let pauseMs = 1; !isWritable(open()); pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    if (performance.now() > until) {
      throw lockedOut();
    }
    await Bun.sleep(pauseMs);
  }
}

/**
 * Repeats `write`, with pauses, while the database is locked. `write` must be a single transaction, because anything
 * done before the lock error would be done twice.
 *
 * @throws the lock error once `withinMs` have passed, and anything else that `write` throws.
 */
export async function writeWhenFree<T>(write: () => T, withinMs = WITHIN_MS): Promise<T> {
  const until = performance.now() + withinMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return write();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) {
        throw error;
      }
    }
    await Bun.sleep(pauseMs);
  }
}

/** The error for a user whose write had to wait too long for a lock. */
export function lockedOut(cause?: unknown): AppError {
  return new AppError("unavailable", because("large_change_runs"), { cause, retryAfterSeconds: 2 });
}

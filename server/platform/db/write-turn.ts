// SQLite waits for a lock inside the call, and the thread with it. A thread that serves many workspaces waits
// here instead: in pauses, during which it does everything else.
import { AppError } from "../errors.ts";
import { isBusy } from "./busy.ts";
import type { Connection } from "./driver.ts";

/** Making an index on two million contacts holds a workspace's lock for about five seconds. */
const WITHIN_MS = 10_000;
const LONGEST_PAUSE_MS = 25;

/** True when a write could begin on this connection now. Waits for nothing and changes nothing. */
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
 * Resolves as soon as a write can begin. The caller then writes at once: what another connection begins in
 * between is short, and is waited for as the connection's own time-out says.
 *
 * @param open Gives the connection anew after each pause.
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
 * Does `write` again, after pauses, as long as it meets a lock. It must be one transaction, since what came before
 * the refusal would be done twice.
 *
 * @throws The refusal itself once `withinMs` are over, and whatever else `write` throws.
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

/** What somebody is told whose write met a lock that is held for long. */
export function lockedOut(cause?: unknown): AppError {
  const sentence = "A large change to this workspace is being saved. Try again in a moment.";
  return new AppError("unavailable", sentence, { cause, retryAfterSeconds: 2 });
}

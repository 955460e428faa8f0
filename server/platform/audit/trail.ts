// The audit log is in system.db and most changes are in a workspace's file; no transaction spans both. Therefore a row
// announces an action before it begins, and is removed in the transaction that adds the action's entry.
import type { Clock } from "../clock.ts";
import type { Connection } from "../db/driver.ts";
import { inTransaction } from "../db/transaction.ts";
import { writeTurn } from "../db/write-turn.ts";
import { log } from "../log.ts";
import type { AuditAction } from "./actions.ts";
import { addIntent, allIntents, removeIntent } from "./audit.store.ts";
import { type AuditEntry, appendContent, contentOf } from "./audit-log.ts";
import type { AuditContent } from "./chain.ts";

/** What is known about an action before it begins. */
export type AuditStart = {
  actorId: string | null;
  workspaceId: string | null;
  action: AuditAction;
  target: string;
};

/** Entries of actions that change something outside system.db. */
export type AuditTrail = {
  /**
   * Records that an action begins, and returns a number for it.
   *
   * @throws errors of SQLite, for example on a full disk; the action must then not begin.
   */
  begin(start: AuditStart): Promise<number>;
  /**
   * Adds the entry of an action that ended, or removes the row without an entry if the action changed nothing. Never
   * fails: the action has happened, and its row remains until the entry is written, by a later request or at the next
   * start.
   */
  end(id: number, entry: AuditEntry | undefined): Promise<void>;
};

/**
 * Does work outside system.db and adds its entry. `detailOf` makes the entry's detail from the result, or says
 * "nothing" when nothing changed. Work that throws may already have had an effect, so its entry says that the outcome
 * is unknown.
 */
export async function auditedWork<T>(
  trail: AuditTrail,
  start: AuditStart,
  work: () => T | Promise<T>,
  detailOf: (result: T) => Record<string, unknown> | "nothing",
): Promise<T> {
  const id = await trail.begin(start);
  let entry: AuditEntry | undefined = { ...start, detail: { outcome: "server_error" } };
  try {
    const result = await work();
    const detail = detailOf(result);
    entry = detail === "nothing" ? undefined : { ...start, detail };
    return result;
  } finally {
    await trail.end(id, entry);
  }
}

type Ended = { id: number; content: AuditContent | undefined };

/**
 * The trail of one instance; `system` is called again after each pause.
 *
 * @param noteChange Called with the workspace of an action in the transaction that ends it, after the workspace's own
 * commit, to record the current version of its file.
 */
export function createAuditTrail(
  system: () => Connection,
  clock: Clock,
  noteChange: (workspaceId: string) => void = () => undefined,
): AuditTrail {
  let unwritten: Ended[] = [];
  const write = () => {
    if (unwritten.length === 0) {
      return;
    }
    const db = system();
    inTransaction(db, () => {
      for (const { id, content } of unwritten) {
        if (content !== undefined) {
          appendContent(db, content);
          if (content.workspaceId !== null) {
            noteChange(content.workspaceId);
          }
        }
        removeIntent(db, id);
      }
    });
    unwritten = [];
  };
  return {
    async begin(start) {
      await writeTurn(system);
      return addIntent(system(), { ...start, at: clock() });
    },
    async end(id, entry) {
      const content = entry === undefined ? undefined : contentOf(entry, clock());
      unwritten.push({ id, content });
      try {
        await writeTurn(system);
        write();
      } catch (error) {
        log.error({ err: error, waiting: unwritten.length }, "an audit entry is not written yet");
      }
    },
  };
}

/**
 * Turns the rows that a killed process left into entries. These say that the server stopped during the action, because
 * system.db does not show whether it took effect.
 *
 * @returns how many there were.
 */
export function endInterrupted(system: Connection, clock: Clock): number {
  return inTransaction(system, () => {
    const left = allIntents(system);
    for (const { id, at, ...start } of left) {
      const detail = JSON.stringify({ outcome: "server_stopped", begunAt: at });
      appendContent(system, { ...start, at: clock(), detail });
      removeIntent(system, id);
    }
    return left.length;
  });
}

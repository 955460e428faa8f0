import type { Clock } from "../clock.ts";
import type { Connection } from "../db/driver.ts";
import { inTransaction } from "../db/transaction.ts";
import type { AuditAction } from "./actions.ts";
import { appendEntry, lastHash } from "./audit.store.ts";
import { type AuditContent, chainHash, GENESIS } from "./chain.ts";

export type AuditEntry = {
  /** User id, `key:<id>`, or null for the instance itself. */
  actorId: string | null;
  workspaceId: string | null;
  action: AuditAction;
  /** Id of the object of the action. */
  target?: string | number;
  /** Ids, numbers and choices only: no names, addresses or secrets, since entries are never erased. */
  detail?: Record<string, unknown>;
};

/** Who did what, append-only and chained by hashes. */
export type AuditLog = {
  /** Adds an entry. In a transaction on system.db, it commits or is rolled back together with it. */
  record(entry: AuditEntry): void;
};

/** The audit log of one instance. */
export function createAuditLog(system: Connection, clock: Clock): AuditLog {
  return { record: (entry) => appendContent(system, contentOf(entry, clock())) };
}

/** The row of an entry, without its place in the chain. */
export function contentOf(entry: AuditEntry, at: number): AuditContent {
  return {
    at,
    actorId: entry.actorId,
    workspaceId: entry.workspaceId,
    action: entry.action,
    target: String(entry.target ?? ""),
    detail: JSON.stringify(entry.detail ?? {}),
  };
}

/** Adds an entry at the end of the chain, in the caller's transaction if there is one. */
export function appendContent(system: Connection, content: AuditContent): void {
  inTransaction(system, () => {
    const prevHash = lastHash(system) ?? GENESIS;
    appendEntry(system, { ...content, prevHash, hash: chainHash(prevHash, content) });
  });
}

import type { Connection } from "../db/driver.ts";
import { statement } from "../db/statements.ts";
import type { AuditContent } from "./chain.ts";

export type AuditIntent = {
  id: number;
  at: number;
  actorId: string | null;
  workspaceId: string | null;
  action: string;
  target: string;
};

const insertEntry = statement<[AuditContent & { prevHash: string; hash: string }]>(`
  INSERT INTO audit (at, actor_id, workspace_id, action, target, detail, prev_hash, hash)
  VALUES (@at, @actorId, @workspaceId, @action, @target, @detail, @prevHash, @hash)
`);

const selectLastHash = statement<[], { hash: string }>(`
  SELECT hash FROM audit ORDER BY id DESC LIMIT 1
`);

const insertIntent = statement<[Omit<AuditIntent, "id">]>(`
  INSERT INTO audit_intent (at, actor_id, workspace_id, action, target)
  VALUES (@at, @actorId, @workspaceId, @action, @target)
`);

const deleteIntent = statement<[id: number]>("DELETE FROM audit_intent WHERE id = ?");

const selectIntents = statement<[], AuditIntent>(`
  SELECT id, at, actor_id AS actorId, workspace_id AS workspaceId, action, target
    FROM audit_intent
   ORDER BY id
`);

export function appendEntry(
  system: Connection,
  entry: AuditContent & { prevHash: string; hash: string },
): void {
  insertEntry(system).run(entry);
}

export function lastHash(system: Connection): string | undefined {
  return selectLastHash(system).get()?.hash;
}

export function addIntent(system: Connection, intent: Omit<AuditIntent, "id">): number {
  return Number(insertIntent(system).run(intent).lastInsertRowid);
}

export function removeIntent(system: Connection, id: number): void {
  deleteIntent(system).run(id);
}

export function allIntents(system: Connection): AuditIntent[] {
  return selectIntents(system).all();
}

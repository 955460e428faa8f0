import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { AuditContent } from "./audit.rules.ts";

export type AuditRow = AuditContent & { id: number; prevHash: string; hash: string };
export type NamedAuditRow = AuditRow & { actorName: string | null };

const insertEntry = statement<[AuditContent & { prevHash: string; hash: string }]>(`
  INSERT INTO audit (at, actor_id, workspace_id, action, target, detail, prev_hash, hash)
  VALUES (@at, @actorId, @workspaceId, @action, @target, @detail, @prevHash, @hash)
`);

const selectLastHash = statement<[], { hash: string }>(`
  SELECT hash FROM audit ORDER BY id DESC LIMIT 1
`);

const columns = `audit.id, audit.at, audit.actor_id AS actorId, audit.workspace_id AS workspaceId,
  audit.action, audit.target, audit.detail, audit.prev_hash AS prevHash, audit.hash`;

const selectAfter = statement<[{ after: number; limit: number }], AuditRow>(`
  SELECT ${columns} FROM audit WHERE id > @after ORDER BY id LIMIT @limit
`);

const selectOfWorkspace = statement<
  [{ workspaceId: string; before: number; action: string; limit: number }],
  NamedAuditRow
>(`
  SELECT ${columns}, coalesce(user.name, api_key.name) AS actorName
    FROM audit
    LEFT JOIN user ON user.id = audit.actor_id
    LEFT JOIN api_key ON 'key:' || api_key.id = audit.actor_id
   WHERE audit.workspace_id = @workspaceId AND audit.id < @before
     AND (@action = '' OR audit.action = @action)
   ORDER BY audit.id DESC
   LIMIT @limit
`);

// AUTOINCREMENT remembers the highest id ever given, so rows cut off the end are missed too.
const selectHighest = statement<[], { id: number }>(`
  SELECT seq AS id FROM sqlite_sequence WHERE name = 'audit'
`);

export function appendEntry(
  db: Connection,
  entry: AuditContent & { prevHash: string; hash: string },
): void {
  insertEntry(db).run(entry);
}

export function lastHash(db: Connection): string | undefined {
  return selectLastHash(db).get()?.hash;
}

export function entriesAfter(db: Connection, after: number, limit: number): AuditRow[] {
  return selectAfter(db).all({ after, limit });
}

export function entriesOfWorkspace(
  db: Connection,
  page: { workspaceId: string; before: number; action: string; limit: number },
): NamedAuditRow[] {
  return selectOfWorkspace(db).all(page);
}

export function highestId(db: Connection): number {
  return selectHighest(db).get()?.id ?? 0;
}

import type { AuditContent } from "../../platform/audit/chain.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type AuditRow = AuditContent & { id: number; prevHash: string; hash: string };
export type NamedAuditRow = AuditRow & { actorName: string | null };

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

// AUTOINCREMENT remembers the highest id ever assigned, so entries that were removed from the end are noticed too.
const selectHighest = statement<[], { id: number }>(`
  SELECT seq AS id FROM sqlite_sequence WHERE name = 'audit'
`);

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

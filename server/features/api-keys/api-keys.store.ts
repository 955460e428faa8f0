import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type ApiKeyRow = {
  id: string;
  workspaceId: string;
  name: string;
  prefix: string;
  /** JSON array of permissions. */
  scopes: string;
  createdBy: string;
  createdAt: number;
  lastUsedAt: number | null;
  revokedAt: number | null;
};

const columns = `id, workspace_id AS workspaceId, name, prefix, scopes, created_by AS createdBy,
  created_at AS createdAt, last_used_at AS lastUsedAt, revoked_at AS revokedAt`;

const insertKey = statement<
  [
    Omit<ApiKeyRow, "lastUsedAt" | "revokedAt"> & {
      keyHash: string;
    },
  ]
>(`
  INSERT INTO api_key (id, workspace_id, name, prefix, key_hash, scopes, created_by, created_at)
  VALUES (@id, @workspaceId, @name, @prefix, @keyHash, @scopes, @createdBy, @createdAt)
`);

const selectByHash = statement<[keyHash: string], ApiKeyRow>(`
  SELECT ${columns} FROM api_key WHERE key_hash = ? AND revoked_at IS NULL
`);

const selectById = statement<[id: string], ApiKeyRow>(`
  SELECT ${columns} FROM api_key WHERE id = ? AND revoked_at IS NULL
`);

const selectOfWorkspace = statement<
  [{ workspaceId: string; before: string; limit: number }],
  ApiKeyRow
>(`
  SELECT ${columns}
    FROM api_key
   WHERE workspace_id = @workspaceId AND id < @before
   ORDER BY id DESC
   LIMIT @limit
`);

const updateLastUsed = statement<[{ id: string; now: number }]>(`
  UPDATE api_key SET last_used_at = @now WHERE id = @id
`);

const revokeOne = statement<[{ id: string; workspaceId: string; now: number }]>(`
  UPDATE api_key SET revoked_at = @now
   WHERE id = @id AND workspace_id = @workspaceId AND revoked_at IS NULL
`);

const revokeOfUser = statement<[{ workspaceId: string; userId: string; now: number }]>(`
  UPDATE api_key SET revoked_at = @now
   WHERE workspace_id = @workspaceId AND created_by = @userId AND revoked_at IS NULL
`);

export function addKey(
  db: Connection,
  key: Omit<ApiKeyRow, "lastUsedAt" | "revokedAt"> & { keyHash: string },
): void {
  insertKey(db).run(key);
}

export function findKeyByHash(db: Connection, keyHash: string): ApiKeyRow | undefined {
  return selectByHash(db).get(keyHash);
}

export function findLiveKey(db: Connection, id: string): ApiKeyRow | undefined {
  return selectById(db).get(id);
}

/** Keys of a workspace, newest first, revoked ones among them. */
export function keysBefore(
  db: Connection,
  page: { workspaceId: string; before: string; limit: number },
): ApiKeyRow[] {
  return selectOfWorkspace(db).all(page);
}

export function setLastUsed(db: Connection, id: string, now: number): void {
  updateLastUsed(db).run({ id, now });
}

/** False when the workspace has no such key, or it is revoked already. */
export function revokeKeyRow(
  db: Connection,
  key: { id: string; workspaceId: string; now: number },
): boolean {
  return revokeOne(db).run(key).changes === 1;
}

export function revokeKeysOfUser(
  db: Connection,
  keys: { workspaceId: string; userId: string; now: number },
): number {
  return revokeOfUser(db).run(keys).changes;
}

import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";
import type { Role } from "../../platform/http/permissions.ts";

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
  /** When it was turned off because an older copy of system.db was found; null = it works. */
  heldAt: number | null;
  /** The creator's current role in the workspace. Null when they left or their account is disabled. */
  makerRole: Role | null;
};

type NewKey = Omit<ApiKeyRow, "lastUsedAt" | "revokedAt" | "heldAt" | "makerRole"> & {
  keyHash: string;
};

// The creator's role is read every time a key is used, so that a demotion or departure takes effect at once. The
// owner of an organization is an owner of each of its workspaces, whether a member or not.
const selectKeys = `
  SELECT api_key.id, api_key.workspace_id AS workspaceId, api_key.name, api_key.prefix,
         api_key.scopes, api_key.created_by AS createdBy, api_key.created_at AS createdAt,
         api_key.last_used_at AS lastUsedAt, api_key.revoked_at AS revokedAt,
         api_key.held_at AS heldAt,
         CASE WHEN user.disabled_at IS NOT NULL THEN NULL
              WHEN owning.user_id IS NOT NULL THEN 'owner' ELSE membership.role END AS makerRole
    FROM api_key
    JOIN user ON user.id = api_key.created_by
    JOIN workspace ON workspace.id = api_key.workspace_id
    LEFT JOIN organization_member AS owning ON owning.organization_id = workspace.organization_id
                                           AND owning.user_id = api_key.created_by
                                           AND owning.role = 'owner'
    LEFT JOIN membership ON membership.user_id = api_key.created_by
                        AND membership.workspace_id = api_key.workspace_id`;

const insertKey = statement<[NewKey]>(`
  INSERT INTO api_key (id, workspace_id, name, prefix, key_hash, scopes, created_by, created_at)
  VALUES (@id, @workspaceId, @name, @prefix, @keyHash, @scopes, @createdBy, @createdAt)
`);

const selectByHash = statement<[keyHash: string], ApiKeyRow>(`
  ${selectKeys}
   WHERE api_key.key_hash = ? AND api_key.revoked_at IS NULL
`);

const selectById = statement<[id: string], ApiKeyRow>(`
  ${selectKeys}
   WHERE api_key.id = ? AND api_key.revoked_at IS NULL
`);

const selectOfWorkspace = statement<
  [{ workspaceId: string; before: string; limit: number }],
  ApiKeyRow
>(`
  ${selectKeys}
   WHERE api_key.workspace_id = @workspaceId AND api_key.id < @before
   ORDER BY api_key.id DESC
   LIMIT @limit
`);

const holdLive = statement<[now: number]>(
  "UPDATE api_key SET held_at = ? WHERE revoked_at IS NULL AND held_at IS NULL",
);

const resumeOne = statement<[{ id: string; workspaceId: string }]>(`
  UPDATE api_key SET held_at = NULL
   WHERE id = @id AND workspace_id = @workspaceId AND revoked_at IS NULL AND held_at IS NOT NULL
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

export function addKey(db: Connection, key: NewKey): void {
  insertKey(db).run(key);
}

export function findKeyByHash(db: Connection, keyHash: string): ApiKeyRow | undefined {
  return selectByHash(db).get(keyHash);
}

export function findLiveKey(db: Connection, id: string): ApiKeyRow | undefined {
  return selectById(db).get(id);
}

/** Keys of a workspace, newest first, including revoked ones. */
export function keysBefore(
  db: Connection,
  page: { workspaceId: string; before: string; limit: number },
): ApiKeyRow[] {
  return selectOfWorkspace(db).all(page);
}

export function setLastUsed(db: Connection, id: string, now: number): void {
  updateLastUsed(db).run({ id, now });
}

/** False when the workspace has no such key or the key is already revoked. */
export function revokeKeyRow(
  db: Connection,
  key: { id: string; workspaceId: string; now: number },
): boolean {
  return revokeOne(db).run(key).changes === 1;
}

/** Turns off every key of every workspace. Returns how many. */
export function holdAllKeys(db: Connection, now: number): number {
  return holdLive(db).run(now).changes;
}

/** False when the workspace has no such key that is turned off. */
export function resumeKeyRow(db: Connection, key: { id: string; workspaceId: string }): boolean {
  return resumeOne(db).run(key).changes === 1;
}

export function revokeKeysOfUser(
  db: Connection,
  keys: { workspaceId: string; userId: string; now: number },
): number {
  return revokeOfUser(db).run(keys).changes;
}

import { createHash, randomBytes } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import { type Permission, permissions, roleHas } from "../../platform/http/permissions.ts";
import { newId } from "../../platform/ids.ts";
import {
  type ApiKeyRow,
  addKey,
  findKeyByHash,
  findLiveKey,
  keysBefore,
  resumeKeyRow,
  revokeKeyRow,
  revokeKeysOfUser,
  setLastUsed,
} from "./api-keys.store.ts";

export { holdAllKeys } from "./api-keys.store.ts";

const PREFIX = "smk_";
const SHOWN_CHARS = 8;
/** `last_used_at` is written at most this often, so that a busy key does not cost a write per request. */
const LAST_USED_EVERY_MS = 60_000;
const PAST_EVERY_ID = "~";

/** Permissions that no key can have, because a key could use them to extend its own rights. */
const forPeopleOnly: readonly Permission[] = [
  "members:write",
  "api-keys:write",
  "workspace:delete",
];

/** The permissions a key can be given. */
export const grantableScopes: readonly Permission[] = permissions.filter(
  (permission) => !forPeopleOnly.includes(permission),
);

/** An API key that is not revoked, with the scopes that work now. */
export type KeyIdentity = { id: string; workspaceId: string; scopes: readonly string[] };

/**
 * Creates a key and returns it in clear. This is the only time: the database keeps only its SHA-256.
 *
 * @param can What the creator may do. A key never gets more than that.
 * @throws AppError `invalid_input` naming `scopes`.
 */
export function createApiKey(
  system: Connection,
  input: {
    workspaceId: string;
    userId: string;
    name: string;
    scopes: readonly string[];
    can: (permission: Permission) => boolean;
  },
  now: number,
) {
  const scopes = checkedScopes(input.scopes, input.can);
  const key = PREFIX + randomBytes(32).toString("base64url");
  const row = {
    id: newId(now),
    workspaceId: input.workspaceId,
    name: input.name.trim(),
    prefix: key.slice(0, SHOWN_CHARS),
    scopes: JSON.stringify(scopes),
    createdBy: input.userId,
    createdAt: now,
  };
  addKey(system, { ...row, keyHash: hashOf(key) });
  const created = {
    ...row,
    scopes,
    inactiveScopes: [],
    lastUsedAt: null,
    revokedAt: null,
    heldAt: null,
  };
  return { ...created, key };
}

/** A page of a workspace's keys, newest first, without the keys themselves. */
export function listApiKeys(
  system: Connection,
  workspaceId: string,
  query: { cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [PAST_EVERY_ID]);
  const rows = keysBefore(system, { workspaceId, before, limit: limit + 1 });
  const page = cutPage(rows, limit, (row) => [row.id]);
  return { items: page.items.map(toApiKey), nextCursor: page.nextCursor };
}

/** Revokes a key at once. @throws AppError `not_found` when the workspace has no active key with this id. */
export function revokeApiKey(
  system: Connection,
  key: { id: string; workspaceId: string },
  now: number,
): void {
  if (!revokeKeyRow(system, { id: key.id, workspaceId: key.workspaceId, now })) {
    throw notFound("api_key");
  }
}

/**
 * Turns on a key again that was turned off because an older copy of system.db was found.
 *
 * @throws AppError `not_found` when the workspace has no such key.
 */
export function resumeApiKey(system: Connection, key: { id: string; workspaceId: string }): void {
  if (!resumeKeyRow(system, key)) {
    throw notFound("api_key");
  }
}

/** Revokes all keys that a person created in a workspace. Returns how many. */
export function revokeKeysOf(
  system: Connection,
  workspaceId: string,
  userId: string,
  now: number,
): number {
  return revokeKeysOfUser(system, { workspaceId, userId, now });
}

/**
 * Finds the active key for `Authorization: Bearer <key>`. The lookup is by hash, so its timing reveals nothing about
 * existing keys.
 *
 * @param canWrite False on a replica: the time of use is then not stored.
 * @throws AppError `unauthenticated` for a key that is turned off, to tell its holder what to do.
 */
export function identifyKey(
  system: Connection,
  presented: string,
  now: number,
  canWrite: boolean,
): KeyIdentity | undefined {
  if (!presented.startsWith(PREFIX)) {
    return undefined;
  }
  const row = findKeyByHash(system, hashOf(presented));
  if (row === undefined) {
    return undefined;
  }
  if (row.heldAt !== null) {
    throw new AppError("unauthenticated", because("api_key_turned_off"));
  }
  if (canWrite && (row.lastUsedAt ?? 0) < now - LAST_USED_EVERY_MS) {
    setLastUsed(system, row.id, now);
  }
  return toIdentity(row);
}

/** Finds an active key by id; not one that is turned off. */
export function findKeyIdentity(system: Connection, id: string): KeyIdentity | undefined {
  const row = findLiveKey(system, id);
  return row === undefined || row.heldAt !== null ? undefined : toIdentity(row);
}

function toIdentity(row: ApiKeyRow): KeyIdentity {
  return { id: row.id, workspaceId: row.workspaceId, scopes: splitScopes(row).active };
}

/**
 * Splits a key's scopes into those that work now and those that do not. A key acts for the person who created it, so
 * it can never do more than that person can do at this moment.
 */
function splitScopes(row: ApiKeyRow): { active: string[]; inactive: string[] } {
  const { makerRole } = row;
  const active: string[] = [];
  const inactive: string[] = [];
  for (const scope of JSON.parse(row.scopes) as string[]) {
    const known = grantableScopes.find((permission) => permission === scope);
    const works = makerRole !== null && known !== undefined && roleHas(makerRole, known);
    (works ? active : inactive).push(scope);
  }
  return { active, inactive };
}

function checkedScopes(
  asked: readonly string[],
  can: (permission: Permission) => boolean,
): Permission[] {
  const scopes = [...new Set(asked)].map((scope) => {
    const known = grantableScopes.find((permission) => permission === scope);
    if (known === undefined) {
      throw invalidField("scopes", because("unknown_scope", { scope }));
    }
    if (!can(known)) {
      throw invalidField("scopes", because("scope_beyond_role", { scope: known }));
    }
    return known;
  });
  if (scopes.length === 0) {
    throw invalidField("scopes", because("no_scopes"));
  }
  return scopes;
}

function toApiKey(row: ApiKeyRow) {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes) as string[],
    inactiveScopes: splitScopes(row).inactive,
    createdBy: row.createdBy,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
    revokedAt: row.revokedAt,
    heldAt: row.heldAt,
  };
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

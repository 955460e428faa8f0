import type { Config } from "../../config.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import type { AccessPort, Actor, WorkspaceAccess } from "../../platform/http/guard.ts";
import { type Permission, roleHas } from "../../platform/http/permissions.ts";
import { findKeyIdentity, identifyKey } from "../api-keys/api-keys.service.ts";
import { isSetUp, publicUrlOf } from "../instance/instance.service.ts";
import type { Sessions } from "../ports.ts";
import { findWorkspace, workspaceForPerson } from "../workspaces/workspaces.service.ts";

const KEY_ACTOR = "key:";

/** Answers the guard's questions from system.db: who makes a request, and what they may do in a workspace. */
export function createAccess(options: {
  config: Config;
  system: Connection;
  sessions: Sessions;
  clock: Clock;
  canWrite: () => boolean;
}): AccessPort {
  const { config, system, sessions, clock, canWrite } = options;
  let setUp = false;
  return {
    async authenticate(request) {
      const bearer = bearerOf(request);
      if (bearer !== undefined) {
        const key = identifyKey(system, bearer, clock(), canWrite());
        return key === undefined ? undefined : keyActor(key.id);
      }
      const session = await sessions.read(request.headers.get("cookie"));
      return session === undefined
        ? undefined
        : { kind: "user", id: session.userId, isAdmin: session.isAdmin, byCookie: true };
    },
    workspace: (actor, workspaceId) =>
      actor.kind === "api_key"
        ? accessOfKey(system, actor, workspaceId)
        : accessOfPerson(system, actor, workspaceId),
    isSetUp() {
      // An instance that is set up stays set up, so a positive answer is cached.
      setUp = setUp || isSetUp(system);
      return setUp;
    },
    allowedOrigins: (request) => ownOrigins(publicUrlOf(config, system), request),
  };
}

/**
 * True when the person or API key with this id may currently do something in a workspace. Used for work that runs
 * outside their requests.
 */
export function hasPermissionNow(
  access: AccessPort,
  actorId: string,
  workspaceId: string,
  permission: Permission,
): boolean {
  const kind = actorId.startsWith(KEY_ACTOR) ? "api_key" : "user";
  const actor = { kind, id: actorId, isAdmin: false, byCookie: false } as const;
  return access.workspace(actor, workspaceId)?.can(permission) === true;
}

/**
 * The origins of our own pages: the public URL, and the host that the browser addressed. A foreign page cannot choose
 * the Host header of its requests, and the browser sends our cookie to no other host.
 */
export function ownOrigins(publicUrl: string, request: Request): string[] {
  const host = request.headers.get("host") ?? new URL(request.url).host;
  return [publicUrl, `http://${host}`, `https://${host}`];
}

function bearerOf(request: Request): string | undefined {
  const header = request.headers.get("authorization");
  return header === null ? undefined : (/^Bearer +(\S+)$/i.exec(header)?.[1] ?? "");
}

function keyActor(id: string): Actor {
  return { kind: "api_key", id: KEY_ACTOR + id, isAdmin: false, byCookie: false };
}

function accessOfPerson(
  system: Connection,
  actor: Actor,
  workspaceId: string,
): WorkspaceAccess | undefined {
  const row = workspaceForPerson(system, actor.id, workspaceId);
  if (row === undefined) {
    return undefined;
  }
  const can = (permission: Permission) => roleHas(row.role, permission);
  return { id: row.id, number: row.number, name: row.name, timeZone: row.timeZone, can };
}

function accessOfKey(
  system: Connection,
  actor: Actor,
  workspaceId: string,
): WorkspaceAccess | undefined {
  const key = findKeyIdentity(system, actor.id.slice(KEY_ACTOR.length));
  const row = key?.workspaceId === workspaceId ? findWorkspace(system, workspaceId) : undefined;
  if (key === undefined || row === undefined) {
    return undefined;
  }
  const can = (permission: Permission) => key.scopes.includes(permission);
  return { id: row.id, number: row.number, name: row.name, timeZone: row.timeZone, can };
}

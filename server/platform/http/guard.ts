import { Elysia } from "elysia";
import { type Clock, systemClock } from "../clock.ts";
import type { Databases } from "../db/databases.ts";
import type { Connection } from "../db/driver.ts";
import { AppError, notFound } from "../errors.ts";
import { clientAddress } from "./client-address.ts";
import { idempotency } from "./idempotency.ts";
import type { Permission } from "./permissions.ts";

/** Who makes a request. */
export type Actor = {
  kind: "user" | "api_key";
  /** User id, or `key:<id>`: what the audit log names. */
  id: string;
  /** May use the instance console. Never true for an API key. */
  isAdmin: boolean;
  /** The session is in a cookie, so a write must prove that it comes from our own pages. */
  byCookie: boolean;
};

/** A workspace as the actor may use it. */
export type WorkspaceAccess = {
  id: string;
  number: number;
  name: string;
  timeZone: string;
  can(permission: Permission): boolean;
};

/** What the guard needs to know; features/auth answers. */
export type AccessPort = {
  authenticate(request: Request, ip: string): Promise<Actor | undefined>;
  /** Undefined when the actor has nothing to do with the workspace, or there is none. */
  workspace(actor: Actor, workspaceId: string): WorkspaceAccess | undefined;
  /** False until the wizard has finished: then every guarded route refuses. */
  isSetUp(): boolean;
  /** Origins our own pages have. */
  allowedOrigins(request: Request): string[];
};

/**
 * The one way a route says who may call it. A route asks for exactly one of
 * - `permission: "contacts:read"`: signed in, and allowed that in the workspace of the path; gives
 *   `actor`, `workspace` and its `db`. A workspace one has no part in is `not_found`, so that ids say nothing.
 * - `signedIn: true`: any signed-in person or key; gives `actor`.
 * - `instanceAdmin: true`: the administrators; gives `actor`.
 * - `open: "reason"`: anybody, and why that is right.
 *
 * After it, a creating POST may say `idempotent: true`.
 *
 * A test walks all routes and fails for one that asks for none of them.
 */
export function createGuard(access: AccessPort, databases: Databases, clock: Clock = systemClock) {
  const actorOf = async (request: Request, ip: string): Promise<Actor> => {
    if (!access.isSetUp()) {
      throw new AppError(
        "setup_required",
        "This instance is not set up yet; open it in a browser.",
      );
    }
    const actor = await access.authenticate(request, ip);
    if (actor === undefined) {
      throw new AppError("unauthenticated", "You are not signed in, or your session has ended.");
    }
    refuseForeignOrigin(access, actor, request);
    return actor;
  };

  return new Elysia({ name: "guard" })
    .use(idempotency(databases.system, clock))
    .macro("permission", (permission: Permission) => ({
      detail: { "x-access": `permission:${permission}` } as object,
      async resolve({ request, params, server }) {
        const actor = await actorOf(request, clientAddress(request, server));
        const { workspaceId } = params as { workspaceId?: string };
        const workspace = access.workspace(actor, workspaceId ?? "");
        if (workspace === undefined) {
          throw notFound("workspace");
        }
        if (!workspace.can(permission)) {
          throw new AppError(
            "forbidden",
            `Your role in this workspace does not include ${permission}.`,
          );
        }
        const db: Connection = databases.workspace(workspace.id);
        return { actor, workspace, db };
      },
    }))
    .macro("signedIn", (_: true) => ({
      detail: { "x-access": "signed-in" } as object,
      async resolve({ request, server }) {
        return { actor: await actorOf(request, clientAddress(request, server)) };
      },
    }))
    .macro("instanceAdmin", (_: true) => ({
      detail: { "x-access": "instance-admin" } as object,
      async resolve({ request, server }) {
        const actor = await actorOf(request, clientAddress(request, server));
        if (!actor.isAdmin) {
          throw new AppError("forbidden", "Only an administrator of this instance can do that.");
        }
        return { actor };
      },
    }))
    .macro("open", (reason: string) => ({ detail: { "x-access": `open: ${reason}` } as object }));
}

export type Guard = ReturnType<typeof createGuard>;

function refuseForeignOrigin(access: AccessPort, actor: Actor, request: Request): void {
  if (!actor.byCookie || request.method === "GET" || request.method === "HEAD") {
    return;
  }
  const origin = request.headers.get("origin");
  if (origin === null || !access.allowedOrigins(request).includes(origin)) {
    throw new AppError(
      "forbidden",
      "The request does not come from this application's own pages (its Origin header differs).",
    );
  }
}

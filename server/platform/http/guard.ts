import { Elysia } from "elysia";
import { type Clock, systemClock } from "../clock.ts";
import type { Databases } from "../db/databases.ts";
import type { Connection } from "../db/driver.ts";
import { AppError, notFound } from "../errors.ts";
import { clientAddress, networkOf, type PeerAddress } from "./client-address.ts";
import { idempotency } from "./idempotency.ts";
import type { Permission } from "./permissions.ts";
import { defaultRates, RateLimiter, type Rates } from "./rate-limit.ts";

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
export function createGuard(
  access: AccessPort,
  databases: Databases,
  clock: Clock = systemClock,
  rates: Rates = defaultRates,
) {
  const limiter = new RateLimiter(clock);
  const gate = { access, limiter, rates };
  // Who may come in is decided before the body is validated, so that a stranger learns nothing of what
  // a route takes; the decision waits here for the handler.
  const admitted = new WeakMap<Request, { actor: Actor; workspace?: WorkspaceAccess }>();
  const decisionFor = (request: Request) => {
    const decision = admitted.get(request);
    if (decision === undefined) {
      throw new Error("a guarded route was reached without a decision");
    }
    return decision;
  };

  return new Elysia({ name: "guard" })
    .use(idempotency(databases.system, clock))
    .macro("permission", (permission: Permission) => ({
      detail: { "x-access": `permission:${permission}` } as object,
      async transform(context) {
        const actor = await admit(gate, context);
        const { workspaceId } = context.params as { workspaceId?: string };
        const workspace = access.workspace(actor, workspaceId ?? "");
        admitted.set(context.request, { actor, workspace: allowed(workspace, permission) });
      },
      resolve({ request }) {
        const { actor, workspace } = decisionFor(request);
        if (workspace === undefined) {
          throw new Error("a workspace route was reached without its workspace");
        }
        const db: Connection = databases.workspace(workspace.id);
        return { actor, workspace, db };
      },
    }))
    .macro("signedIn", (_: true) => ({
      detail: { "x-access": "signed-in" } as object,
      async transform(context) {
        admitted.set(context.request, { actor: await admit(gate, context) });
      },
      resolve: ({ request }) => ({ actor: decisionFor(request).actor }),
    }))
    .macro("instanceAdmin", (_: true) => ({
      detail: { "x-access": "instance-admin" } as object,
      async transform(context) {
        const actor = await admit(gate, context);
        if (!actor.isAdmin) {
          throw new AppError("forbidden", "Only an administrator of this instance can do that.");
        }
        admitted.set(context.request, { actor });
      },
      resolve: ({ request }) => ({ actor: decisionFor(request).actor }),
    }))
    .macro("open", (reason: string) => ({
      detail: { "x-access": `open: ${reason}` } as object,
      transform({ request, server, set, route }) {
        // Links in mail are followed through proxies that thousands share, and a provider reports on all its
        // customers' messages from a few machines: neither is limited by address.
        if (route.startsWith("/api/") && !route.startsWith("/api/v1/hooks/")) {
          limiter.take(
            `ip ${networkOf(clientAddress(request, server))}`,
            rates.address,
            set.headers,
          );
        }
      },
    }));
}

export type Guard = ReturnType<typeof createGuard>;

type Gate = { access: AccessPort; limiter: RateLimiter; rates: Rates };
type Asked = {
  request: Request;
  server: PeerAddress;
  set: { headers: Parameters<RateLimiter["take"]>[2] };
};

/** Who asks, once it is sure that they are signed in, not too fast, and asking from our own pages. */
async function admit({ access, limiter, rates }: Gate, asked: Asked): Promise<Actor> {
  const { request, server, set } = asked;
  if (!access.isSetUp()) {
    throw new AppError("setup_required", "This instance is not set up yet; open it in a browser.");
  }
  const ip = clientAddress(request, server);
  const actor = await access.authenticate(request, ip);
  if (actor === undefined) {
    limiter.take(`ip ${networkOf(ip)}`, rates.address, set.headers);
    throw new AppError("unauthenticated", "You are not signed in, or your session has ended.");
  }
  limiter.take(actor.id, rates.actor, set.headers);
  refuseForeignOrigin(access, actor, request);
  return actor;
}

function allowed(workspace: WorkspaceAccess | undefined, permission: Permission): WorkspaceAccess {
  if (workspace === undefined) {
    throw notFound("workspace");
  }
  if (!workspace.can(permission)) {
    throw new AppError("forbidden", `Your role in this workspace does not include ${permission}.`);
  }
  return workspace;
}

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

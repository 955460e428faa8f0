import { Elysia } from "elysia";
import { createAuditTrail } from "../audit/trail.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Databases } from "../db/databases.ts";
import type { Connection } from "../db/driver.ts";
import { writeTurn } from "../db/write-turn.ts";
import { AppError, because, notFound } from "../errors.ts";
import {
  type AuditOption,
  auditDetail,
  beginAction,
  endAction,
  namedIn,
  unaudited,
} from "./audited.ts";
import { countValues, MAX_OPEN_BODY_BYTES, refuseLargeBody } from "./body-limit.ts";
import { type ClientAddress, networkOf, type PeerAddress } from "./client-address.ts";
import { idempotency } from "./idempotency.ts";
import type { Permission } from "./permissions.ts";
import { defaultRates, type LimitHeaders, RateLimiter, type Rates } from "./rate-limit.ts";

/** The user or API key that makes a request. */
export type Actor = {
  kind: "user" | "api_key";
  /** User id, or `key:<id>`; the name in the audit log. */
  id: string;
  /** True if the actor may use the instance console; always false for API keys. */
  isAdmin: boolean;
  /** True when the session comes from a cookie, so that a write must prove that it comes from our own pages. */
  byCookie: boolean;
};

/** A workspace with the actor's permissions in it. */
export type WorkspaceAccess = {
  id: string;
  number: number;
  name: string;
  timeZone: string;
  can(permission: Permission): boolean;
};

/** What the guard needs to know; features/auth implements it. */
export type AccessPort = {
  authenticate(request: Request, ip: string): Promise<Actor | undefined>;
  /** Undefined when the actor has no access to the workspace or it does not exist. */
  workspace(actor: Actor, workspaceId: string): WorkspaceAccess | undefined;
  /** False until the setup wizard is finished; every guarded route refuses until then. */
  isSetUp(): boolean;
  /** The origins of our own pages. */
  allowedOrigins(request: Request): string[];
};

/**
 * The only way for a route to state who may call it. A route declares exactly one of:
 * - `permission: "contacts:read"`: authenticated, with that permission in the workspace of the path. Provides
 *   `actor`, `workspace`, its `db`, and `isStillAllowed()` for long-lived responses. A workspace without access is
 *   `not_found`, so that ids reveal nothing.
 * - `signedIn: true`: any authenticated user or key; provides `actor`.
 * - `instanceAdmin: true`: administrators only; provides `actor`.
 * - `open: "reason"`: anyone, with the reason why that is safe.
 *
 * A creating POST may then declare `idempotent: true`, and every POST, PUT, PATCH and DELETE declares `audit`: the
 * action of its entry in the audit log, or why it leaves none (`AuditOption`). Provides `note`, by which the handler
 * adds to it.
 *
 * A test walks all routes and fails for a route that does not declare who may call it, or for a changing route without
 * an audit entry.
 */
export function createGuard(
  access: AccessPort,
  databases: Databases,
  clientAddress: ClientAddress,
  clock: Clock = systemClock,
  rates: Rates = defaultRates,
) {
  const gate = { access, clientAddress, limiter: new RateLimiter(clock), rates };
  const { decisionFor, decisionOf, decidedBy, actorStill } = createDecisions(gate, databases);

  return new Elysia({ name: "guard" })
    .use(idempotency(databases.system, clock))
    .macro("permission", (permission: Permission) => ({
      detail: { "x-access": `permission:${permission}` } as object,
      ...decidedBy(async (asked) => {
        const actor = await admit(gate, asked);
        const { workspaceId } = asked.params as { workspaceId?: string };
        const workspace = access.workspace(actor, workspaceId ?? "");
        return { actor, workspace: allowed(workspace, permission) };
      }),
      async resolve({ request, server }) {
        const { workspace } = decisionFor(request);
        if (workspace === undefined) {
          throw new Error("a workspace route was reached without its workspace");
        }
        if (mayWrite(request, permission)) {
          await writeTurn(() => databases.workspace(workspace.id));
        }
        const actor = await actorStill({ request, server }, (again) =>
          isPermitted(access, again, workspace.id, permission),
        );
        const db: Connection = databases.workspace(workspace.id);
        return {
          actor,
          workspace,
          db,
          isStillAllowed: () =>
            isAllowedAgain(gate, { request, server, workspaceId: workspace.id, permission }),
        };
      },
      afterHandle({ request }) {
        const { workspace } = decisionFor(request);
        if (workspace !== undefined && mayWrite(request, permission)) {
          // SQLite keeps writing to a removed file, so a change that was reported as successful would be lost.
          databases.requireInPlace(workspace.id);
        }
      },
    }))
    .macro("signedIn", (_: true) => ({
      detail: { "x-access": "signed-in" } as object,
      ...decidedBy(async (asked) => ({ actor: await admit(gate, asked) })),
      resolve: async (asked) => ({ actor: await actorStill(asked, () => true) }),
    }))
    .macro("instanceAdmin", (_: true) => ({
      detail: { "x-access": "instance-admin" } as object,
      ...decidedBy(async (asked) => {
        const actor = await admit(gate, asked);
        if (!actor.isAdmin) {
          throw new AppError("forbidden", because("instance_admins_only"));
        }
        return { actor };
      }),
      resolve: async (asked) => ({ actor: await actorStill(asked, ({ isAdmin }) => isAdmin) }),
    }))
    .macro("open", (reason: string) => ({
      detail: { "x-access": `open: ${reason}`, security: [] } as object,
      ...decidedBy(async (asked) => admitStranger(gate, asked)),
    }))
    .macro("audit", createAudits(databases, clock, decisionOf));
}

/** Implements the option `audit`: the intent is written before the handler runs, the entry after it. */
function createAudits(
  databases: Databases,
  clock: Clock,
  decisionOf: (request: Request) => Decision,
) {
  const trail = createAuditTrail(() => databases.system, clock, databases.noteChange);
  return (option: AuditOption) => ({
    detail: { "x-audit": auditDetail(option) } as object,
    async resolve({ request, params }: { request: Request; params: unknown }) {
      if (typeof option !== "string") {
        return { note: unaudited };
      }
      const { actor, workspace } = decisionOf(request);
      const start = {
        actorId: actor?.id ?? null,
        workspaceId: workspace?.id ?? null,
        action: option,
        target: namedIn(params),
      };
      const note = await beginAction(trail, request, start);
      // The request may have waited, and the connection that the permission provided may have been closed since.
      const again: object =
        workspace === undefined ? {} : { db: databases.workspace(workspace.id) };
      return { note, ...again };
    },
    async afterHandle(answered: { request: Request; responseValue: unknown }) {
      await endAction(answered.request, answered.responseValue);
      // Noted before the answer, so that the change cannot be lost unnoticed.
      databases.noteSystem();
    },
  });
}

/**
 * Decides about each request once, before its body is parsed and validated, so that an unauthenticated request is cheap
 * and learns nothing about the route's input. The decision is kept here for the handler.
 */
function createDecisions(gate: Gate, databases: Databases) {
  const decisions = new WeakMap<Request, Decision>();
  const decisionFor = (request: Request) => {
    const decision = decisions.get(request);
    if (decision?.actor === undefined) {
      throw new Error("a guarded route was reached without a decision");
    }
    return { ...decision, actor: decision.actor };
  };
  const decidedBy = (decide: (asked: Asked) => Promise<Decision>) => {
    const decideOnce = async (asked: Asked) => {
      const known = decisions.get(asked.request);
      const decision = known ?? { ...(await decide(asked)), decidedAt: performance.now() };
      decisions.set(asked.request, decision);
      return decision;
    };
    return {
      /**
       * Runs for every request. When there is no body, or the route reads it itself, this is where the decision is
       * made.
       */
      async transform(context: Asked) {
        if (isWrite(context.request)) {
          await writeTurn(() => databases.system);
        }
        const { actor } = await decideOnce(context);
        admitValues(gate, actor, context.body);
      },
      /** Runs before a body is read, unless the route has its own parser. */
      parse: asAdmission(async (context: Asked) => {
        const { actor } = await decideOnce(context);
        admitBody(gate, actor, context.request);
        return await jsonOf(context.request);
      }),
    };
  };
  const decisionOf = (request: Request) => decisions.get(request) ?? {};
  /** The actor, checked again because the request had to wait. */
  const actorStill = async (asked: Waited, isAllowed: (actor: Actor) => boolean) => {
    await requireStill(gate, decisionOf(asked.request), asked, isAllowed);
    return decisionFor(asked.request).actor;
  };
  return { decisionFor, decisionOf, decidedBy, actorStill };
}

/** True for a request that may change something. It waits until a write can start, while other requests are served. */
function isWrite({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD";
}

function mayWrite(request: Request, permission: Permission): boolean {
  return isWrite(request) && !permission.endsWith(":read");
}

const admissions = new WeakSet<object>();

function asAdmission<F extends object>(hook: F): F {
  admissions.add(hook);
  return hook;
}

/** True for the guard's own `parse` hook, which decides whether the body is read at all. */
export function isAdmission(hook: unknown): boolean {
  return typeof hook === "function" && admissions.has(hook);
}

export type Guard = ReturnType<typeof createGuard>;

/** The actor and workspace of a request; both missing on an open route. */
type Decision = {
  actor?: Actor;
  workspace?: WorkspaceAccess;
  /** On the monotonic clock. */
  decidedAt?: number;
};
type Gate = {
  access: AccessPort;
  clientAddress: ClientAddress;
  limiter: RateLimiter;
  rates: Rates;
};
type Asked = {
  request: Request;
  server: PeerAddress;
  set: { headers: LimitHeaders };
  route: string;
  params: unknown;
  body: unknown;
};

type Waited = Pick<Asked, "request" | "server">;

/** Returns the actor after checking authentication, rate limit and origin. */
async function admit(gate: Gate, asked: Asked): Promise<Actor> {
  const { access, limiter, rates } = gate;
  const { request, server, set } = asked;
  if (!access.isSetUp()) {
    throw new AppError("setup_required", because("instance_not_set_up"));
  }
  const ip = gate.clientAddress(request, server);
  const actor = await access.authenticate(request, ip);
  if (actor === undefined) {
    limiter.take(`ip ${networkOf(ip)}`, rates.address, { headers: set.headers });
    throw new AppError("unauthenticated", because("not_signed_in"));
  }
  limiter.take(actor.id, rates.actor, { headers: set.headers });
  refuseForeignOrigin(access, actor, request);
  return actor;
}

/** Admits an unauthenticated request; rate-limited only on the application's own API. */
function admitStranger({ clientAddress, limiter, rates }: Gate, asked: Asked): Decision {
  const { request, server, set, route } = asked;
  // Not limited by address: links in mail are opened through proxies shared by thousands of recipients, and a provider
  // reports on all its customers' messages from a few machines.
  if (route.startsWith("/api/") && !route.startsWith("/api/v1/hooks/")) {
    const address = networkOf(clientAddress(request, server));
    limiter.take(`ip ${address}`, rates.address, { headers: set.headers });
  }
  return {};
}

function isPermitted(access: AccessPort, actor: Actor, workspaceId: string, asked: Permission) {
  return access.workspace(actor, workspaceId)?.can(asked) === true;
}

/** A write that waited longer than this (ms), for its body or for a lock, is checked again. */
const DECIDED_FOR_MS = 100;

/**
 * Checks a write again that had to wait, because the actor may have lost access in the meantime.
 *
 * @throws AppError `unauthenticated` or `forbidden` when they have.
 */
async function requireStill(
  { access, clientAddress }: Gate,
  { actor, decidedAt = Number.NEGATIVE_INFINITY }: Decision,
  { request, server }: Waited,
  isAllowed: (actor: Actor) => boolean,
): Promise<void> {
  if (!isWrite(request) || performance.now() - decidedAt < DECIDED_FOR_MS) {
    return;
  }
  const again = await access.authenticate(request, clientAddress(request, server));
  if (again === undefined || again.id !== actor?.id) {
    throw new AppError("unauthenticated", because("session_ended_waiting"));
  }
  if (!isAllowed(again)) {
    throw new AppError("forbidden", because("access_lost_waiting"));
  }
}

/** False when the actor has lost access since the request began: signed out, removed, demoted or revoked. */
async function isAllowedAgain(
  { access, clientAddress }: Gate,
  asked: { request: Request; server: PeerAddress; workspaceId: string; permission: Permission },
): Promise<boolean> {
  const { request, server, workspaceId, permission } = asked;
  const actor = await access.authenticate(request, clientAddress(request, server));
  return actor !== undefined && isPermitted(access, actor, workspaceId, permission);
}

/**
 * Parsing and validating a body blocks other requests. An unauthenticated request may therefore send only a small body,
 * and an authenticated caller is limited in bytes per time.
 */
function admitBody({ limiter, rates }: Gate, actor: Actor | undefined, request: Request): void {
  if (actor === undefined) {
    refuseLargeBody(request, MAX_OPEN_BODY_BYTES);
    return;
  }
  const bytes = Number(request.headers.get("content-length") ?? 0);
  limiter.take(`bytes ${actor.id}`, rates.bodyBytes, { tokens: bytes });
}

/**
 * Parses a JSON body; undefined when the content type is not JSON. Elysia's own parser treats an unreadable body as
 * missing when the route does not require one, so a malformed request would be accepted.
 *
 * @throws SyntaxError for invalid JSON; AppError for `null`, a number, a text or a truth value, which Elysia treats as an
 * empty object when all fields are optional. Both are answered with 422.
 */
async function jsonOf(request: Request): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    return undefined;
  }
  const text = await request.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  if (body !== undefined && (typeof body !== "object" || body === null)) {
    throw new AppError("invalid_input", because("body_not_object"));
  }
  return body;
}

/** The validation cost of a value, charged as bytes: parsing that many bytes takes about as long. */
const BYTES_PER_VALUE = 40;

function admitValues({ limiter, rates }: Gate, actor: Actor | undefined, body: unknown): void {
  const values = countValues(body);
  if (actor !== undefined && values > 1) {
    limiter.take(`bytes ${actor.id}`, rates.bodyBytes, { tokens: values * BYTES_PER_VALUE });
  }
}

function allowed(workspace: WorkspaceAccess | undefined, permission: Permission): WorkspaceAccess {
  if (workspace === undefined) {
    throw notFound("workspace");
  }
  if (!workspace.can(permission)) {
    throw new AppError("forbidden", because("permission_missing", { permission }));
  }
  return workspace;
}

function refuseForeignOrigin(access: AccessPort, actor: Actor, request: Request): void {
  if (!actor.byCookie || !isWrite(request)) {
    return;
  }
  const origin = request.headers.get("origin");
  if (origin === null || !access.allowedOrigins(request).includes(origin)) {
    throw new AppError("forbidden", because("foreign_origin"));
  }
}

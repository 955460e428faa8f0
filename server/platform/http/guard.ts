import { Elysia } from "elysia";
import { type Clock, systemClock } from "../clock.ts";
import type { Databases } from "../db/databases.ts";
import type { Connection } from "../db/driver.ts";
import { writeTurn } from "../db/write-turn.ts";
import { AppError, notFound } from "../errors.ts";
import { countValues, MAX_OPEN_BODY_BYTES, refuseLargeBody } from "./body-limit.ts";
import { type ClientAddress, networkOf, type PeerAddress } from "./client-address.ts";
import { idempotency } from "./idempotency.ts";
import type { Permission } from "./permissions.ts";
import { defaultRates, type LimitHeaders, RateLimiter, type Rates } from "./rate-limit.ts";

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
 *   `actor`, `workspace` and its `db`, and `isStillAllowed()` for answers that last. A workspace one has no part in is `not_found`, so that ids say nothing.
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
  clientAddress: ClientAddress,
  clock: Clock = systemClock,
  rates: Rates = defaultRates,
) {
  const gate = { access, clientAddress, limiter: new RateLimiter(clock), rates };
  const { decisionFor, decidedBy } = createDecisions(gate, databases);

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
        const { actor, workspace } = decisionFor(request);
        if (workspace === undefined) {
          throw new Error("a workspace route was reached without its workspace");
        }
        if (isWrite(request) && !permission.endsWith(":read")) {
          await writeTurn(() => databases.workspace(workspace.id));
        }
        const db: Connection = databases.workspace(workspace.id);
        return {
          actor,
          workspace,
          db,
          isStillAllowed: () =>
            isAllowedAgain(gate, { request, server, workspaceId: workspace.id, permission }),
        };
      },
    }))
    .macro("signedIn", (_: true) => ({
      detail: { "x-access": "signed-in" } as object,
      ...decidedBy(async (asked) => ({ actor: await admit(gate, asked) })),
      resolve: ({ request }) => ({ actor: decisionFor(request).actor }),
    }))
    .macro("instanceAdmin", (_: true) => ({
      detail: { "x-access": "instance-admin" } as object,
      ...decidedBy(async (asked) => {
        const actor = await admit(gate, asked);
        if (!actor.isAdmin) {
          throw new AppError("forbidden", "Only an administrator of this instance can do that.");
        }
        return { actor };
      }),
      resolve: ({ request }) => ({ actor: decisionFor(request).actor }),
    }))
    .macro("open", (reason: string) => ({
      detail: { "x-access": `open: ${reason}`, security: [] } as object,
      ...decidedBy(async (asked) => admitStranger(gate, asked)),
    }));
}

/**
 * Decides about each request once, before its body is parsed and validated, so that a stranger costs little and
 * learns nothing of what a route takes; the decision waits here for the handler.
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
      const decision = decisions.get(asked.request) ?? (await decide(asked));
      decisions.set(asked.request, decision);
      return decision;
    };
    return {
      /** Runs for every request; it is the first to decide where there is no body, or the route reads it. */
      async transform(context: Asked) {
        if (isWrite(context.request)) {
          await writeTurn(() => databases.system);
        }
        const { actor } = await decideOnce(context);
        admitValues(gate, actor, context.body);
      },
      /** Runs before a body is read, unless the route has a parser of its own. */
      parse: asAdmission(async (context: Asked) => {
        const { actor } = await decideOnce(context);
        admitBody(gate, actor, context.request);
        return await jsonOf(context.request);
      }),
    };
  };
  return { decisionFor, decidedBy };
}

/** A request that may change something: it waits until a write can begin, and everybody else is served meanwhile. */
function isWrite({ method }: Request): boolean {
  return method !== "GET" && method !== "HEAD";
}

const admissions = new WeakSet<object>();

function asAdmission<F extends object>(hook: F): F {
  admissions.add(hook);
  return hook;
}

/** True for a parser that parses nothing: it is the guard's, and decides whether the body is read at all. */
export function isAdmission(hook: unknown): boolean {
  return typeof hook === "function" && admissions.has(hook);
}

export type Guard = ReturnType<typeof createGuard>;

/** Who makes a request and in which workspace; nobody on a route that is open. */
type Decision = { actor?: Actor; workspace?: WorkspaceAccess };
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

/** Who asks, once it is sure that they are signed in, not too fast, and asking from our own pages. */
async function admit(gate: Gate, asked: Asked): Promise<Actor> {
  const { access, limiter, rates } = gate;
  const { request, server, set } = asked;
  if (!access.isSetUp()) {
    throw new AppError("setup_required", "This instance is not set up yet; open it in a browser.");
  }
  const ip = gate.clientAddress(request, server);
  const actor = await access.authenticate(request, ip);
  if (actor === undefined) {
    limiter.take(`ip ${networkOf(ip)}`, rates.address, { headers: set.headers });
    throw new AppError("unauthenticated", "You are not signed in, or your session has ended.");
  }
  limiter.take(actor.id, rates.actor, { headers: set.headers });
  refuseForeignOrigin(access, actor, request);
  return actor;
}

/** Whoever asks; not too fast, where it is the application that answers. */
function admitStranger({ clientAddress, limiter, rates }: Gate, asked: Asked): Decision {
  const { request, server, set, route } = asked;
  // Links in mail are followed through proxies that thousands share, and a provider reports on all its
  // customers' messages from a few machines: neither is limited by address.
  if (route.startsWith("/api/") && !route.startsWith("/api/v1/hooks/")) {
    const address = networkOf(clientAddress(request, server));
    limiter.take(`ip ${address}`, rates.address, { headers: set.headers });
  }
  return {};
}

/** False when who made a request may not make it any more: signed out, removed, demoted or revoked meanwhile. */
async function isAllowedAgain(
  { access, clientAddress }: Gate,
  asked: { request: Request; server: PeerAddress; workspaceId: string; permission: Permission },
): Promise<boolean> {
  const { request, server, workspaceId, permission } = asked;
  const actor = await access.authenticate(request, clientAddress(request, server));
  return actor !== undefined && access.workspace(actor, workspaceId)?.can(permission) === true;
}

/**
 * Parsing and validating a body holds up everybody's requests, so that a stranger may send only a small one, and
 * a caller who is known so many bytes in a time.
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
 * The body of a request that says it is JSON, undefined for none. Elysia's own parser takes a body that it cannot read
 * for none where a route does not need one, so that a mistake would be taken as yes.
 *
 * @throws SyntaxError for what is not JSON, and AppError for `null`, which Elysia takes for an empty object where all
 *   fields are optional; both are answered with 422.
 */
async function jsonOf(request: Request): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    return undefined;
  }
  const text = await request.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  if (body === null) {
    throw new AppError("invalid_input", "The body is null. Send a JSON object.");
  }
  return body;
}

/** What a value costs to validate, as bytes of the caller's allowance: about the time that parsing so many takes. */
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
    throw new AppError("forbidden", `Your role in this workspace does not include ${permission}.`);
  }
  return workspace;
}

function refuseForeignOrigin(access: AccessPort, actor: Actor, request: Request): void {
  if (!actor.byCookie || !isWrite(request)) {
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

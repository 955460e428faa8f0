import type { Route } from "../../delivery/index.ts";
import { inboxPassword } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, invalidField, notFound } from "../../platform/errors.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import { requireUsable } from "./routes.rules.ts";
import type { RouteChange, RouteCheck, RouteCreate, RouteTry, RouteView } from "./routes.schema.ts";
import {
  addRoute,
  deleteRouteRow,
  findRoute,
  findRouteUser,
  findTestInboxRoute,
  listRoutes,
  type RouteRow,
  recordCheck,
  replaceRoute,
} from "./routes.store.ts";

export { isPrivateHost } from "./routes.rules.ts";
export type { RouteCheck } from "./routes.schema.ts";

const PASSWORD_PURPOSE = "route.password";
const SUBMISSION_PORT = 587;

const defaults = {
  host: "",
  port: SUBMISSION_PORT,
  security: "starttls",
  verifyCertificate: true,
  username: "",
  password: "",
  maxConnections: 10,
  maxPerSecond: null,
  maxPerConnection: 100,
  signDkim: true,
} as const;

/** What a route needs besides its row: the key of its password, and where the test inbox listens. */
export type RouteContext = { keyRing: KeyRing; workspaceId: string; inboxPort: number };

/** All routes of the workspace, oldest first, without their passwords. */
export function readRoutes(db: Connection): { items: RouteView[]; nextCursor: null } {
  return { items: listRoutes(db).map(viewOf), nextCursor: null };
}

/** One route without its password. @throws AppError `not_found`. */
export function readRoute(db: Connection, id: number): RouteView {
  return viewOf(required(db, id));
}

/** One route without its password; undefined when there is none. */
export function findRouteForCampaign(db: Connection, id: number): RouteView | undefined {
  const row = findRoute(db, id);
  return row === undefined ? undefined : viewOf(row);
}

/**
 * Creates a route. A test inbox needs no settings, and there is one per workspace: asking again gives the
 * same one.
 *
 * @throws AppError `invalid_input` when the relay cannot be reached with what is given.
 */
export function createRoute(
  db: Connection,
  keyRing: KeyRing,
  input: RouteCreate,
  now: number,
): RouteView {
  if (input.kind === "test_inbox") {
    return ensureTestInboxRoute(db, now, input.name);
  }
  if (input.name === undefined) {
    throw invalidField("name", "is missing");
  }
  const settings = { ...defaults, ...input, name: input.name };
  requireUsable(settings, settings.password !== "");
  const id = addRoute(db, {
    ...settings,
    kind: "relay",
    verifyCertificate: Number(settings.verifyCertificate),
    signDkim: Number(settings.signDkim),
    password: seal(keyRing, settings.password),
    enabled: 1,
    createdAt: now,
  });
  return readRoute(db, id);
}

/** The workspace's route into its test inbox, created when there is none. */
export function ensureTestInboxRoute(db: Connection, now: number, name = "Test inbox"): RouteView {
  const found = findTestInboxRoute(db);
  if (found !== undefined) {
    return viewOf(found);
  }
  const id = addRoute(db, {
    ...defaults,
    name,
    kind: "test_inbox",
    port: 0,
    security: "none",
    verifyCertificate: 0,
    signDkim: 1,
    enabled: 1,
    createdAt: now,
  });
  return readRoute(db, id);
}

/**
 * Changes what is given and leaves the rest, the password included. Sending picks the change up with the
 * next chunk it claims.
 *
 * @throws AppError `not_found`, or `invalid_input` when the result could not be used.
 */
export function changeRoute(
  db: Connection,
  keyRing: KeyRing,
  id: number,
  change: RouteChange,
  now: number,
): RouteView {
  const row = required(db, id);
  const next: RouteRow = {
    ...row,
    ...change,
    verifyCertificate: Number(change.verifyCertificate ?? row.verifyCertificate),
    signDkim: Number(change.signDkim ?? row.signDkim),
    enabled: Number(change.enabled ?? row.enabled),
    password: change.password === undefined ? row.password : seal(keyRing, change.password),
    updatedAt: now,
  };
  if (row.kind === "test_inbox") {
    // Where the test inbox is and how one signs in is not a setting.
    const { host, port, security, username, password } = row;
    Object.assign(next, { host, port, security, username, password });
  } else {
    refuseToMovePassword(row, change);
    requireUsable(next, next.password !== "");
  }
  replaceRoute(db, next);
  return readRoute(db, id);
}

/** Removes a route; drafts and finished campaigns lose their reference to it. @throws AppError `conflict` while one needs it. */
export function deleteRoute(db: Connection, id: number): void {
  const user = findRouteUser(db, id);
  if (user !== undefined) {
    throw new AppError(
      "conflict",
      `The campaign "${user}" is sent by this route. Cancel it or wait until it has finished.`,
    );
  }
  if (!deleteRouteRow(db, id)) {
    throw notFound("route");
  }
}

/**
 * The route as delivery dials it, its password decrypted.
 *
 * @throws AppError `not_found`; Error when the password's key is gone.
 */
export function loadRoute(db: Connection, context: RouteContext, id: number): Route {
  const row = required(db, id);
  return row.kind === "test_inbox"
    ? asTestInbox(row, context)
    : asRelay(row, context.workspaceId, unseal(context.keyRing, row.password));
}

/** What to dial for a check of settings that may not be stored yet. @throws AppError `invalid_input`, `not_found`. */
export function routeToTry(db: Connection, context: RouteContext, input: RouteTry): Route {
  const stored = input.id === undefined ? undefined : required(db, input.id);
  if (stored?.kind === "test_inbox") {
    return asTestInbox(stored, context);
  }
  const password =
    input.password ?? (stored === undefined ? "" : unseal(context.keyRing, stored.password));
  const settings = { ...defaults, ...(stored === undefined ? {} : viewOf(stored)), ...input };
  if (stored !== undefined) {
    refuseToMovePassword(stored, input);
  }
  requireUsable(settings, password !== "");
  return {
    ...settings,
    id: stored?.id ?? 0,
    workspaceId: context.workspaceId,
    name: stored?.name ?? "",
    kind: "relay",
    password,
    maxPerSecond: undefined,
  };
}

/** Keeps the outcome of a check with the route, for the list. */
export function keepCheck(db: Connection, id: number, check: RouteCheck, now: number): void {
  const last = check.steps.find((step) => !step.ok) ?? check.steps.at(-1);
  const { stage, message } = last ?? { stage: "", message: "" };
  recordCheck(db, id, JSON.stringify({ at: now, ok: check.ok, stage, message }));
}

function asTestInbox(row: RouteRow, context: RouteContext): Route {
  return {
    ...asRelay(row, context.workspaceId, inboxPassword(context.keyRing, context.workspaceId)),
    host: "127.0.0.1",
    port: context.inboxPort,
    security: "none",
    username: context.workspaceId,
  };
}

function asRelay(row: RouteRow, workspaceId: string, password: string): Route {
  const { id, name, kind, host, port, security, username, maxConnections, maxPerConnection } = row;
  return {
    id,
    workspaceId,
    name,
    kind,
    host,
    port,
    security,
    verifyCertificate: row.verifyCertificate === 1,
    username,
    password,
    maxConnections,
    maxPerSecond: row.maxPerSecond ?? undefined,
    maxPerConnection,
    signDkim: row.signDkim === 1,
  };
}

/**
 * A stored password goes only to the server it was stored for, told apart as surely as then: otherwise
 * whoever may change routes could read it on the way to another.
 */
function refuseToMovePassword(row: RouteRow, change: RouteTry): void {
  const isMoved = change.host !== undefined && change.host !== row.host;
  const isBared = change.security === "none" && row.security !== "none";
  const isUnchecked = change.verifyCertificate === false && row.verifyCertificate === 1;
  const isAtRisk = isMoved || isBared || isUnchecked;
  if (isAtRisk && row.password !== "" && change.password === undefined) {
    const reason = isMoved ? "the host changes" : "the connection becomes less safe";
    throw invalidField("password", `must be entered again when ${reason}`);
  }
}

function required(db: Connection, id: number): RouteRow {
  const row = findRoute(db, id);
  if (row === undefined) {
    throw notFound("route");
  }
  return row;
}

function seal(keyRing: KeyRing, password: string): string {
  return password === "" ? "" : encryptSecret(keyRing, PASSWORD_PURPOSE, password);
}

function unseal(keyRing: KeyRing, password: string): string {
  return password === "" ? "" : decryptSecret(keyRing, PASSWORD_PURPOSE, password);
}

function viewOf(row: RouteRow): RouteView {
  const { password, lastCheck, ...rest } = row;
  return {
    ...rest,
    hasPassword: password !== "",
    verifyCertificate: row.verifyCertificate === 1,
    signDkim: row.signDkim === 1,
    enabled: row.enabled === 1,
    lastCheck: lastCheck === null ? null : (JSON.parse(lastCheck) as RouteView["lastCheck"]),
  };
}

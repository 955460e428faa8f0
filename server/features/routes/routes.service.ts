import type { Route, RouteMember } from "../../delivery/index.ts";
import { inboxPassword } from "../../inbound/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import type { RouteOrigins } from "../ports.ts";
import { findGroupOfOnly, listGroupMembers } from "./route-groups.store.ts";
import { findPreset } from "./route-presets.rules.ts";
import {
  changedSecrets,
  openSecrets,
  type RouteSecrets,
  refuseToMoveSecrets,
  sealSecrets,
} from "./route-secrets.service.ts";
import { listOf, settingsOf, sourcesOf, viewOf, withChange } from "./route-view.ts";
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

/** What a route needs besides its row: the key for its secrets, and where the test inbox listens. */
export type RouteContext = { keyRing: KeyRing; workspaceId: string; inboxPort: number };

/** All routes of the workspace, oldest first, without secrets. */
export function readRoutes(db: Connection): { items: RouteView[]; nextCursor: null } {
  return { items: listRoutes(db).map(viewOf), nextCursor: null };
}

/** What the DNS of the workspace's domains must contain for its enabled routes. */
export function routeOrigins(db: Connection): RouteOrigins {
  const routes = readRoutes(db).items.filter(({ enabled }) => enabled);
  const includes = routes.flatMap(({ preset }) => findPreset(preset)?.spfInclude || []);
  return {
    includes: [...new Set(includes)],
    sources: routes.filter(({ kind }) => kind === "direct").flatMap(({ sources }) => sources),
  };
}

/** One route without its secrets. @throws AppError `not_found`. */
export function readRoute(db: Connection, id: number): RouteView {
  return viewOf(required(db, id));
}

/**
 * Creates a route. A test inbox needs no settings and exists once per workspace: a second request returns the same
 * one.
 *
 * @throws AppError `invalid_input` when the settings cannot work.
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
    throw invalidField("name", because("empty"));
  }
  const secrets = changedSecrets(noSecrets, input);
  const row = withChange({ ...blank(input.kind), name: input.name }, input);
  requireUsable(settingsOf(row, secrets));
  const id = addRoute(db, { ...row, ...sealSecrets(keyRing, secrets), createdAt: now });
  return readRoute(db, id);
}

/** The workspace's test inbox route, created if missing. */
export function ensureTestInboxRoute(db: Connection, now: number, name = "Test inbox"): RouteView {
  const found = findTestInboxRoute(db);
  if (found !== undefined) {
    return viewOf(found);
  }
  const id = addRoute(db, { ...blank("test_inbox"), name, createdAt: now });
  return readRoute(db, id);
}

/**
 * Changes the given properties and keeps the others, including the password. Sending uses the change from the next
 * chunk on.
 *
 * @throws AppError `not_found`, or `invalid_input` when the result cannot work.
 */
export function changeRoute(
  db: Connection,
  keyRing: KeyRing,
  id: number,
  change: RouteChange,
  now: number,
): RouteView {
  const row = required(db, id);
  const next = { ...withChange(row, change), enabled: Number(change.enabled ?? row.enabled) };
  if (row.kind === "test_inbox") {
    // Address and sign-in of the test inbox are not settings.
    const { host, port, security, username, password, oauth, sources, heloName } = row;
    Object.assign(next, { host, port, security, username, password, oauth, sources, heloName });
  } else {
    const stored = openSecrets(keyRing, row);
    refuseToMoveSecrets(row, stored, change);
    const secrets = changedSecrets(stored, change);
    requireUsable(settingsOf(next, secrets));
    Object.assign(next, sealSecrets(keyRing, secrets));
  }
  replaceRoute(db, { ...next, updatedAt: now });
  return readRoute(db, id);
}

/**
 * Deletes a route; drafts and finished campaigns lose their reference to it.
 * @throws AppError `in_use` while another campaign needs it.
 */
export function deleteRoute(db: Connection, id: number): void {
  const user = findRouteUser(db, id);
  if (user !== undefined) {
    throw new AppError("in_use", because("route_of_campaign", { campaign: user }));
  }
  const group = findGroupOfOnly(db, id);
  if (group !== undefined) {
    throw new AppError("in_use", because("route_alone_in_group", { group }));
  }
  if (!deleteRouteRow(db, id)) {
    throw notFound("route");
  }
}

/**
 * The route as delivery uses it, with its secrets decrypted.
 *
 * @throws AppError `not_found`; Error when the key for its secrets is missing.
 */
export function loadRoute(db: Connection, context: RouteContext, id: number): Route {
  return load(required(db, id), context);
}

/**
 * The enabled routes that a campaign can be sent by, secrets decrypted: those of its group, otherwise its single
 * route. Empty when all are disabled or deleted.
 *
 * @throws Error when the key for the secrets is missing.
 */
export function loadRouteMembers(
  db: Connection,
  context: RouteContext,
  chosen: { routeId: number | null; groupId: number | null },
): RouteMember[] {
  const members =
    chosen.groupId !== null
      ? listGroupMembers(db, chosen.groupId)
      : [{ routeId: chosen.routeId ?? 0, position: 0, weight: 1 }];
  return members.flatMap(({ routeId, position, weight }) => {
    const row = findRoute(db, routeId);
    return row?.enabled === 1 ? [{ route: load(row, context), position, weight }] : [];
  });
}

/**
 * The settings to connect with for a check, which may not be stored yet.
 * @throws AppError `invalid_input`, `not_found`.
 */
export function routeToTry(db: Connection, context: RouteContext, input: RouteTry): Route {
  const stored = input.id === undefined ? undefined : required(db, input.id);
  if (stored !== undefined && stored.kind !== "relay") {
    return load(stored, context);
  }
  const known = stored === undefined ? noSecrets : openSecrets(context.keyRing, stored);
  if (stored !== undefined) {
    refuseToMoveSecrets(stored, known, input);
  }
  const secrets = changedSecrets(known, input);
  const row = withChange(stored ?? { ...blank("relay"), name: "" }, input);
  requireUsable(settingsOf(row, secrets));
  return asRoute({ ...row, id: stored?.id ?? 0 }, context.workspaceId, secrets);
}

/** Stores the result of a check with the route. */
export function keepCheck(db: Connection, id: number, check: RouteCheck, now: number): void {
  const last = check.steps.find((step) => !step.ok) ?? check.steps.at(-1);
  const { stage, message, cause } = last ?? { stage: "", message: "", cause: null };
  recordCheck(db, id, JSON.stringify({ at: now, ok: check.ok, stage, message, cause }));
}

const noSecrets: RouteSecrets = { password: "", oauth: undefined };

const ports = { relay: 587, direct: 25, test_inbox: 0 };

/** A route of this kind with empty settings. */
function blank(kind: RouteRow["kind"]) {
  return {
    kind,
    preset: "",
    host: "",
    port: ports[kind],
    security: kind === "test_inbox" ? "none" : "starttls",
    verifyCertificate: kind === "test_inbox" ? 0 : 1,
    tlsPolicy: "opportunistic",
    username: "",
    password: "",
    oauth: "",
    heloName: "",
    sources: "[]",
    maxConnections: kind === "direct" ? 100 : 10,
    maxPerSecond: null,
    maxPerDay: null,
    maxPerConnection: 100,
    allowDomains: "[]",
    denyDomains: "[]",
    chainDot: 0,
    signDkim: 1,
    enabled: 1,
  } as const;
}

function load(row: RouteRow, context: RouteContext): Route {
  if (row.kind !== "test_inbox") {
    return asRoute(row, context.workspaceId, openSecrets(context.keyRing, row));
  }
  const password = inboxPassword(context.keyRing, context.workspaceId);
  return {
    ...asRoute(row, context.workspaceId, { password, oauth: undefined }),
    host: "127.0.0.1",
    port: context.inboxPort,
    security: "none",
    username: context.workspaceId,
  };
}

function asRoute(
  row: Omit<RouteRow, "lastCheck" | "createdAt" | "updatedAt">,
  workspaceId: string,
  { password, oauth }: RouteSecrets,
): Route {
  return {
    id: row.id,
    workspaceId,
    name: row.name,
    kind: row.kind,
    preset: row.preset,
    host: row.host,
    port: row.port,
    security: row.security,
    verifyCertificate: row.verifyCertificate === 1,
    tlsPolicy: row.tlsPolicy,
    username: row.username,
    password,
    ...(oauth === undefined ? {} : { oauth }),
    heloName: row.heloName,
    sources: sourcesOf(row),
    maxConnections: row.maxConnections,
    maxPerSecond: row.maxPerSecond ?? undefined,
    maxPerDay: row.maxPerDay ?? undefined,
    maxPerConnection: row.maxPerConnection,
    allowDomains: listOf(row.allowDomains),
    denyDomains: listOf(row.denyDomains),
    chainDot: row.chainDot === 1,
    signDkim: row.signDkim === 1,
  };
}

function required(db: Connection, id: number): RouteRow {
  const row = findRoute(db, id);
  if (row === undefined) {
    throw notFound("route");
  }
  return row;
}

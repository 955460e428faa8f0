import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** A route as stored: secrets are encrypted, flags are 0 or 1, lists are JSON. */
export type RouteRow = {
  id: number;
  name: string;
  kind: "relay" | "direct" | "test_inbox";
  preset: string;
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: number;
  tlsPolicy: "opportunistic" | "required" | "verified";
  username: string;
  /** Encrypted; empty for none. */
  password: string;
  /** An OAuthClient as JSON, encrypted; empty for none. */
  oauth: string;
  heloName: string;
  /** JSON: RouteSource[]. */
  sources: string;
  maxConnections: number;
  maxPerSecond: number | null;
  maxPerDay: number | null;
  maxPerConnection: number;
  /** JSON: string[], as `denyDomains`. */
  allowDomains: string;
  denyDomains: string;
  chainDot: number;
  signDkim: number;
  enabled: number;
  lastCheck: string | null;
  createdAt: number;
  updatedAt: number;
};

const columns = `
  id, name, kind, preset, host, port, security, verify_certificate AS verifyCertificate,
  tls_policy AS tlsPolicy, username, password, oauth, helo_name AS heloName, sources,
  max_connections AS maxConnections, max_per_second AS maxPerSecond, max_per_day AS maxPerDay,
  max_per_connection AS maxPerConnection, allow_domains AS allowDomains,
  deny_domains AS denyDomains, chain_dot AS chainDot, sign_dkim AS signDkim, enabled,
  last_check AS lastCheck, created_at AS createdAt, updated_at AS updatedAt`;

const selectAll = statement<[], RouteRow>(`SELECT ${columns} FROM route ORDER BY id`);
const selectOne = statement<[id: number], RouteRow>(`SELECT ${columns} FROM route WHERE id = ?`);
const selectTestInbox = statement<[], RouteRow>(`
  SELECT ${columns}
    FROM route
   WHERE kind = 'test_inbox'
   ORDER BY id
   LIMIT 1
`);

/** The properties of a new route. */
export type NewRoute = Omit<RouteRow, "id" | "lastCheck" | "updatedAt">;
type ChangedRoute = Omit<RouteRow, "kind" | "lastCheck" | "createdAt">;

const insertRoute = statement<[NewRoute]>(`
  INSERT INTO route (name, kind, preset, host, port, security, verify_certificate, tls_policy,
                     username, password, oauth, helo_name, sources, max_connections,
                     max_per_second, max_per_day, max_per_connection, allow_domains,
                     deny_domains, chain_dot, sign_dkim, enabled, created_at, updated_at)
  VALUES (@name, @kind, @preset, @host, @port, @security, @verifyCertificate, @tlsPolicy,
          @username, @password, @oauth, @heloName, @sources, @maxConnections,
          @maxPerSecond, @maxPerDay, @maxPerConnection, @allowDomains,
          @denyDomains, @chainDot, @signDkim, @enabled, @createdAt, @createdAt)
`);

const updateRoute = statement<[ChangedRoute]>(`
  UPDATE route
     SET name = @name, preset = @preset, host = @host, port = @port, security = @security,
         verify_certificate = @verifyCertificate, tls_policy = @tlsPolicy, username = @username,
         password = @password, oauth = @oauth, helo_name = @heloName, sources = @sources,
         max_connections = @maxConnections, max_per_second = @maxPerSecond,
         max_per_day = @maxPerDay, max_per_connection = @maxPerConnection,
         allow_domains = @allowDomains, deny_domains = @denyDomains, chain_dot = @chainDot,
         sign_dkim = @signDkim, enabled = @enabled, updated_at = @updatedAt
   WHERE id = @id
`);

const updateCheck = statement<[{ id: number; lastCheck: string }]>(`
  UPDATE route
     SET last_check = @lastCheck
   WHERE id = @id
`);

const removeRoute = statement<[id: number]>("DELETE FROM route WHERE id = ?");

const selectUser = statement<[routeId: number], { name: string }>(`
  SELECT name
    FROM campaign
   WHERE route_id = ?
     AND status NOT IN ('draft', 'completed', 'cancelled')
   LIMIT 1
`);

export const listRoutes = (db: Connection): RouteRow[] => selectAll(db).all();
export const findRoute = (db: Connection, id: number): RouteRow | undefined =>
  selectOne(db).get(id);
export const findTestInboxRoute = (db: Connection): RouteRow | undefined =>
  selectTestInbox(db).get();

/** Returns the new route's id. */
export function addRoute(db: Connection, route: NewRoute): number {
  return Number(insertRoute(db).run(route).lastInsertRowid);
}

export function replaceRoute(db: Connection, route: ChangedRoute): void {
  updateRoute(db).run(route);
}

/** `lastCheck` is JSON: at, ok, stage, message, cause. */
export function recordCheck(db: Connection, id: number, lastCheck: string): void {
  updateCheck(db).run({ id, lastCheck });
}

/** False when there was none. */
export const deleteRouteRow = (db: Connection, id: number): boolean =>
  removeRoute(db).run(id).changes === 1;

/** The name of a campaign that still needs the route, if any. */
export const findRouteUser = (db: Connection, id: number): string | undefined =>
  selectUser(db).get(id)?.name;

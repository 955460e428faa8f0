import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** A route as stored: `password` is encrypted, flags are 0 or 1. */
export type RouteRow = {
  id: number;
  name: string;
  kind: "relay" | "test_inbox";
  host: string;
  port: number;
  security: "starttls" | "tls" | "none";
  verifyCertificate: number;
  username: string;
  password: string;
  maxConnections: number;
  maxPerSecond: number | null;
  maxPerConnection: number;
  signDkim: number;
  enabled: number;
  lastCheck: string | null;
  createdAt: number;
  updatedAt: number;
};

const columns = `
  id, name, kind, host, port, security, verify_certificate AS verifyCertificate, username, password,
  max_connections AS maxConnections, max_per_second AS maxPerSecond,
  max_per_connection AS maxPerConnection, sign_dkim AS signDkim, enabled, last_check AS lastCheck,
  created_at AS createdAt, updated_at AS updatedAt`;

const selectAll = statement<[], RouteRow>(`SELECT ${columns} FROM route ORDER BY id`);
const selectOne = statement<[id: number], RouteRow>(`SELECT ${columns} FROM route WHERE id = ?`);
const selectTestInbox = statement<[], RouteRow>(`
  SELECT ${columns}
    FROM route
   WHERE kind = 'test_inbox'
   ORDER BY id
   LIMIT 1
`);

const insertRoute = statement<[Omit<RouteRow, "id" | "lastCheck" | "updatedAt">]>(`
  INSERT INTO route (name, kind, host, port, security, verify_certificate, username, password,
                     max_connections, max_per_second, max_per_connection, sign_dkim, enabled,
                     created_at, updated_at)
  VALUES (@name, @kind, @host, @port, @security, @verifyCertificate, @username, @password,
          @maxConnections, @maxPerSecond, @maxPerConnection, @signDkim, @enabled,
          @createdAt, @createdAt)
`);

const updateRoute = statement<[Omit<RouteRow, "kind" | "lastCheck" | "createdAt">]>(`
  UPDATE route
     SET name = @name, host = @host, port = @port, security = @security,
         verify_certificate = @verifyCertificate, username = @username, password = @password,
         max_connections = @maxConnections, max_per_second = @maxPerSecond,
         max_per_connection = @maxPerConnection, sign_dkim = @signDkim, enabled = @enabled,
         updated_at = @updatedAt
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
export function addRoute(
  db: Connection,
  route: Omit<RouteRow, "id" | "lastCheck" | "updatedAt">,
): number {
  return Number(insertRoute(db).run(route).lastInsertRowid);
}

export function replaceRoute(
  db: Connection,
  route: Omit<RouteRow, "kind" | "lastCheck" | "createdAt">,
): void {
  updateRoute(db).run(route);
}

/** `lastCheck` is JSON: at, ok, stage, message. */
export function recordCheck(db: Connection, id: number, lastCheck: string): void {
  updateCheck(db).run({ id, lastCheck });
}

/** False when there was none. */
export const deleteRouteRow = (db: Connection, id: number): boolean =>
  removeRoute(db).run(id).changes === 1;

/** Name of a campaign that still needs the route, if there is one. */
export const findRouteUser = (db: Connection, id: number): string | undefined =>
  selectUser(db).get(id)?.name;

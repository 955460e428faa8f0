// Displays, changes and validates a stored route.
import type { RouteSource } from "../../delivery/index.ts";
import { publicClient, type RouteSecrets } from "./route-secrets.service.ts";
import { type RouteSettings, readDomainList } from "./routes.rules.ts";
import type { RouteTry, RouteView, RouteSource as SourceView } from "./routes.schema.ts";
import type { RouteRow } from "./routes.store.ts";

/** The properties of a row that a request can change, except secrets, `enabled` and the kind. */
export type RouteValues = Omit<RouteRow, "id" | "lastCheck" | "createdAt" | "updatedAt">;

/** A route without its secrets. */
export function viewOf(row: RouteRow): RouteView {
  const { password, oauth, lastCheck, ...rest } = row;
  return {
    ...rest,
    hasPassword: password !== "",
    oauth: publicClient(oauth),
    sources: sourcesOf(row) as SourceView[],
    allowDomains: listOf(row.allowDomains),
    denyDomains: listOf(row.denyDomains),
    verifyCertificate: row.verifyCertificate === 1,
    chainDot: row.chainDot === 1,
    signDkim: row.signDkim === 1,
    enabled: row.enabled === 1,
    lastCheck: lastCheck === null ? null : lastCheckOf(lastCheck),
  };
}

/** A check that was stored before causes existed has only its English message. */
function lastCheckOf(json: string): NonNullable<RouteView["lastCheck"]> {
  type LastCheck = NonNullable<RouteView["lastCheck"]>;
  return { cause: null, ...(JSON.parse(json) as Omit<LastCheck, "cause">) };
}

export function sourcesOf(row: Pick<RouteRow, "sources">): RouteSource[] {
  return JSON.parse(row.sources) as RouteSource[];
}

export function listOf(json: string): string[] {
  return JSON.parse(json) as string[];
}

/** Applies the given values; secrets and `enabled` stay unchanged. */
export function withChange<T extends RouteValues>(
  values: T,
  change: RouteTry & {
    name?: string;
    maxConnections?: number;
    maxPerSecond?: number | null;
    maxPerDay?: number | null;
    maxPerConnection?: number;
    allowDomains?: string[];
    denyDomains?: string[];
  },
): T {
  const next = { ...values };
  for (const key of plain) {
    if (change[key] !== undefined) {
      Object.assign(next, { [key]: change[key] });
    }
  }
  for (const key of ["verifyCertificate", "chainDot", "signDkim"] as const) {
    next[key] = Number(change[key] ?? values[key]);
  }
  for (const key of ["allowDomains", "denyDomains"] as const) {
    const domains = change[key];
    next[key] = domains === undefined ? values[key] : JSON.stringify(readDomainList(domains));
  }
  if (change.sources !== undefined) {
    next.sources = JSON.stringify(change.sources.map(plainSource));
  }
  return next;
}

const plain = [
  "name",
  "preset",
  "host",
  "port",
  "security",
  "tlsPolicy",
  "username",
  "heloName",
  "maxConnections",
  "maxPerSecond",
  "maxPerDay",
  "maxPerConnection",
] as const;

// Normalizes an address, so that duplicates are found.
function plainSource(source: SourceView): SourceView {
  const heloName = source.heloName.trim().toLowerCase();
  return { ...source, address: source.address.trim().toLowerCase(), heloName };
}

/** The input of `requireUsable`. */
export function settingsOf(values: RouteValues, { password, oauth }: RouteSecrets): RouteSettings {
  const { kind, preset, host, port, username, heloName, chainDot } = values;
  return {
    kind,
    preset,
    host,
    port,
    username,
    password,
    oauth,
    heloName,
    sources: sourcesOf(values),
    allowDomains: listOf(values.allowDomains),
    denyDomains: listOf(values.denyDomains),
    chainDot: chainDot === 1,
  };
}

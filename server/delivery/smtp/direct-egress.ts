import { domainOf } from "../../platform/address.rules.ts";
import { type Clock, steadyClock } from "../../platform/clock.ts";
import type { DnsClient } from "../../platform/dns/client.ts";
import { hostName } from "../../platform/dns/message.ts";
import { coded, type Reason, storedBecause } from "../../platform/errors.ts";
import type { Route, RouteSource, SmtpOutcome } from "../types.ts";
import { backoffMs } from "./backoff.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { connectDirect, type DirectParts, type TlsDemand } from "./direct-connect.ts";
import type { Egress, EgressStatus, Site, Target } from "./egress.ts";
import { FailedAddresses } from "./failed-addresses.ts";
import type { SessionOptions } from "./handshake.ts";
import { type MailHost, MailRoutes } from "./mail-routes.ts";
import { ServerMemory } from "./server-memory.ts";
import type { ProviderHosts } from "./site.ts";
import { sourceFor } from "./source.ts";
import { sumOf } from "./status-sum.ts";
import type { SmtpTimeouts } from "./timeouts.ts";
import type { Envelope, SendOptions } from "./transaction.ts";

/** Short, because there are many sites, and an idle connection takes room from the others. */
const IDLE_CLOSE_MS = 20_000;
const SWEEP_MS = 30_000;
/**
 * One minute for the greeting, where RFC 5321 §4.5.3.2.1 allows five. Servers that delay unknown clients on purpose do
 * so for seconds (postscreen 6 s, greet_pause up to 30 s), and a connection that waits for its greeting uses up one of
 * the route's few connections. Mail to slower servers is only deferred.
 */
const mxTimeouts: Partial<SmtpTimeouts> = { greetingMs: 60_000, heloMs: 120_000 };

/** The limits of a provider; see `provider-profiles.ts`. */
export type ProviderLimits = {
  connections: number;
  connectionsPerMinute: number;
  perConnection: number;
  tlsRequired: boolean;
};

/** The TLS policies of recipient domains; see `MtaSts`. */
export type DomainPolicies = {
  /** Returns the hosts that may be used, and whether they must be verified. */
  apply(domain: string, hosts: readonly MailHost[]): PolicyAnswer | Promise<PolicyAnswer>;
};
export type PolicyAnswer =
  | { kind: "none" }
  | { kind: "enforce"; hosts: readonly MailHost[] }
  /** The policy allows none of the hosts. */
  | { kind: "no_host"; reason: Reason };

/** What all direct routes of a node share, and the rules they follow. */
export type DirectOptions = {
  dns: DnsClient;
  providers: Iterable<ProviderHosts>;
  profileOf: (provider: string) => ProviderLimits;
  policies?: DomainPolicies;
  memory?: ServerMemory;
  failed?: FailedAddresses;
  clock?: Clock;
  random?: () => number;
  idleCloseMs?: number;
  session?: SessionOptions;
  /** Called when another connection to the site is ready for messages. */
  onReady?: (siteKey: string) => void;
};

type Destination = {
  hosts: readonly MailHost[];
  key: string;
  site: Site;
  source: RouteSource | undefined;
  tls: TlsDemand;
};

type SitePool = {
  pool: ConnectionPool;
  site: Site;
  limit: ConnectionLimit;
  retryAt: () => number | undefined;
};

/**
 * Delivers to the MX hosts of each recipient. There is one pool per list of hosts, source address and TLS demand.
 * Connections are limited per site and source address, and for the route as a whole.
 */
export class DirectEgress implements Egress {
  readonly route: Route;
  readonly #options: DirectOptions;
  readonly #parts: DirectParts;
  readonly #routes: MailRoutes;
  readonly #limit: ConnectionLimit;
  readonly #pools = new Map<string, SitePool>();
  /** The pools by site. A site's status is read for every message, and there may be thousands of other pools. */
  readonly #poolsBySite = new Map<string, Set<SitePool>>();
  /** By site and source address. */
  readonly #siteLimits = new Map<string, ConnectionLimit>();
  #sweep: ReturnType<typeof setTimeout> | undefined;
  readonly #closing = new AbortController();

  constructor(route: Route, options: DirectOptions) {
    this.route = route;
    this.#options = options;
    const heloName = route.heloName || options.session?.heloName;
    this.#parts = {
      dns: options.dns,
      failed: options.failed ?? new FailedAddresses(),
      memory: options.memory ?? new ServerMemory(),
      clock: options.clock ?? steadyClock,
      random: options.random ?? Math.random,
      session: {
        ...options.session,
        timeouts: { ...mxTimeouts, ...options.session?.timeouts },
        ...(heloName === undefined ? {} : { heloName }),
      },
    };
    this.#routes = new MailRoutes(options.dns, options.providers);
    this.#limit = new ConnectionLimit({ max: route.maxConnections, clock: this.#parts.clock });
  }

  siteOf(domain: string): Site | Promise<Site> {
    const found = this.#routes.of(domain);
    return found instanceof Promise ? found.then(({ site }) => site) : found.site;
  }

  /**
   * See `ConnectionPool.send`. Does not wait for a domain whose servers are known to be down: `retryAt` says when to
   * try again.
   */
  async send(message: Envelope, options: SendOptions & { target?: Target }): Promise<SmtpOutcome> {
    const startedAt = performance.now();
    const raw = options.target?.domain ?? domainOf(message.envelopeTo);
    const domain = hostName(raw) ?? raw;
    const found = await this.#destination(domain, options.target?.source, options.signal);
    if (found === "abandoned") {
      return { kind: "abandoned" };
    }
    if ("fault" in found) {
      const durationMs = Math.round(performance.now() - startedAt);
      const { fault, stage, why } = found;
      const said = { error: why.text, why: coded(why) };
      return { kind: "broken", stage, fault, ...said, host: domain, durationMs };
    }
    return await this.#poolOf(found).pool.send(message, options);
  }

  usable(siteKey?: string): number {
    const pools = siteKey === undefined ? this.#pools.values() : this.#poolsBySite.get(siteKey);
    let usable = 0;
    for (const { pool } of pools ?? []) {
      usable += pool.usable;
    }
    return usable;
  }

  status(siteKey?: string): EgressStatus {
    const pools = [
      ...(siteKey === undefined ? this.#pools.values() : (this.#poolsBySite.get(siteKey) ?? [])),
    ];
    const all = pools.map(({ pool, retryAt }) => ({
      status: () => {
        const status = pool.status();
        return { ...status, retryAt: retryAt() ?? status.retryAt };
      },
    }));
    const sum = sumOf(all, this.#limitOf(siteKey === undefined ? undefined : pools[0]?.site));
    // One dead server says nothing about the whole route, or about a provider with many servers.
    const isAlone = siteKey !== undefined && pools[0]?.site.provider === "other";
    return isAlone || all.length > 2 ? sum : { ...sum, retryAt: undefined };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearTimeout(this.#sweep);
    await Promise.all([...this.#pools.values()].map(({ pool }) => pool.close()));
  }

  #limitOf(site: Site | undefined): number {
    const { maxConnections } = this.route;
    return site === undefined
      ? maxConnections
      : Math.min(maxConnections, this.#options.profileOf(site.provider).connections);
  }

  async #destination(
    domain: string,
    chosen: RouteSource | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Destination | Unreachable | "abandoned"> {
    const gone = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
    const route = await unlessGone(this.#routes.of(domain), gone);
    if (route === "abandoned") {
      return route;
    }
    if (route.kind === "none") {
      return { stage: "dns", fault: route.fault, why: route.reason };
    }
    const { site } = route;
    const answer = this.#options.policies?.apply(domain, route.hosts) ?? { kind: "none" as const };
    const policy = await unlessGone(answer, gone);
    if (policy === "abandoned") {
      return policy;
    }
    if (policy.kind === "no_host") {
      return { stage: "starttls", fault: "tls_policy", why: policy.reason };
    }
    const source = chosen ?? sourceFor(this.route, domain);
    const tls = this.#demand(domain, site, policy.kind === "enforce");
    const hosts = policy.kind === "enforce" ? policy.hosts : route.hosts;
    const filter = hosts.length === route.hosts.length ? "" : hosts.map(({ name }) => name).join();
    const key = `${route.key}|${source?.address ?? ""}|${tls.level}|${filter}`;
    return { hosts, key, site, source, tls };
  }

  /** The strictest TLS that the domain, the route or the provider demands. */
  #demand(domain: string, site: Site, isEnforced: boolean): TlsDemand {
    const { tlsPolicy = "opportunistic", name } = this.route;
    if (isEnforced) {
      return { level: "verified", by: storedBecause("tls_by_policy", { domain }) };
    }
    if (tlsPolicy !== "opportunistic") {
      const by = tlsPolicy === "verified" ? "tls_by_method_verified" : "tls_by_method";
      return { level: tlsPolicy, by: storedBecause(by, { route: name }) };
    }
    return this.#options.profileOf(site.provider).tlsRequired
      ? { level: "required", by: storedBecause("tls_by_provider", { site: site.name }) }
      : { level: "opportunistic", by: "" };
  }

  #poolOf(to: Destination): SitePool {
    let entry = this.#pools.get(to.key);
    if (entry === undefined) {
      entry = this.#newPool(to);
      this.#pools.set(to.key, entry);
      const own = this.#poolsBySite.get(to.site.key) ?? new Set();
      this.#poolsBySite.set(to.site.key, own.add(entry));
      this.#scheduleSweep();
    }
    return entry;
  }

  #newPool({ hosts, site, source, tls }: Destination): SitePool {
    const { route } = this;
    const { onReady } = this.#options;
    const { maxPerConnection, port, publicOnly = false } = route;
    const profile = this.#options.profileOf(site.provider);
    const target = { hosts, port, source, tls, publicOnly };
    let deadUntil = 0;
    const onAllFailed = (until: number) => {
      deadUntil = until;
    };
    const siteLimit = this.#siteLimit(site, source);
    const pool = new ConnectionPool({
      open: async (hooks) => await connectDirect(target, this.#parts, { ...hooks, onAllFailed }),
      host: hosts[0]?.name ?? site.name,
      maxPerConnection: Math.min(
        profile.perConnection,
        maxPerConnection > 0 ? maxPerConnection : Infinity,
      ),
      limits: [siteLimit, this.#limit],
      // `FailedAddresses` already pauses each address that cannot be reached.
      pauseMs: (failures, how) =>
        how === "turned_away" ? backoffMs(failures, this.#parts.random) : 0,
      onReady: onReady && (() => onReady(site.key)),
      memory: this.#parts.memory,
      clock: this.#parts.clock,
      idleCloseMs: this.#options.idleCloseMs ?? IDLE_CLOSE_MS,
    });
    // While a connection is open or being opened, the site does not count as down.
    const retryAt = () =>
      deadUntil > this.#parts.clock() && pool.open === 0 ? deadUntil : undefined;
    return { pool, site, limit: siteLimit, retryAt };
  }

  #siteLimit(site: Site, source: RouteSource | undefined): ConnectionLimit {
    const key = `${site.key}|${source?.address ?? ""}`;
    let limit = this.#siteLimits.get(key);
    if (limit === undefined) {
      const { connections, connectionsPerMinute } = this.#options.profileOf(site.provider);
      const { clock } = this.#parts;
      limit = new ConnectionLimit({ max: connections, perMinute: connectionsPerMinute, clock });
      this.#siteLimits.set(key, limit);
    }
    return limit;
  }

  #forget(key: string, entry: SitePool): void {
    this.#pools.delete(key);
    const own = this.#poolsBySite.get(entry.site.key);
    own?.delete(entry);
    if (own?.size === 0) {
      this.#poolsBySite.delete(entry.site.key);
    }
  }

  /** There can be thousands of sites, so pools without connections and without a pause are dropped. */
  #scheduleSweep(): void {
    if (this.#sweep !== undefined || this.#closing.signal.aborted) {
      return;
    }
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      for (const [key, entry] of this.#pools) {
        if (entry.pool.isEmpty && entry.retryAt() === undefined) {
          this.#forget(key, entry);
        }
      }
      const inUse = new Set([...this.#pools.values()].map(({ limit }) => limit));
      for (const [key, limit] of this.#siteLimits) {
        if (!inUse.has(limit)) {
          this.#siteLimits.delete(key);
        }
      }
      if (this.#pools.size > 0) {
        this.#scheduleSweep();
      }
    }, SWEEP_MS);
    this.#sweep.unref?.();
  }
}

type Unreachable = Pick<Extract<SmtpOutcome, { kind: "broken" }>, "stage" | "fault"> & {
  why: Reason;
};

/**
 * Resolves with the answer, or with "abandoned" as soon as a signal fires: a slow name server must not delay a pause.
 */
async function unlessGone<T>(
  answer: T | Promise<T>,
  signals: AbortSignal[],
): Promise<T | "abandoned"> {
  if (signals.some(({ aborted }) => aborted)) {
    return "abandoned";
  }
  if (!(answer instanceof Promise)) {
    return answer;
  }
  const gone = Promise.withResolvers<"abandoned">();
  const leave = () => gone.resolve("abandoned");
  for (const signal of signals) {
    signal.addEventListener("abort", leave);
  }
  try {
    return await Promise.race([answer, gone.promise]);
  } finally {
    for (const signal of signals) {
      signal.removeEventListener("abort", leave);
    }
  }
}

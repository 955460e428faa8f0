import { steadyClock } from "../../platform/clock.ts";
import { DnsClient } from "../../platform/dns/client.ts";
import { providerOf } from "../audience/providers.ts";
import type { Egress } from "../smtp/egress.ts";
import { FailedAddresses } from "../smtp/failed-addresses.ts";
import { type EgressShared, makeEgress } from "../smtp/make-egress.ts";
import { MtaSts } from "../smtp/mta-sts.ts";
import { ServerMemory } from "../smtp/server-memory.ts";
import { httpsStsFetcher } from "../smtp/sts-fetcher.ts";
import type { SmtpTimeouts } from "../smtp/timeouts.ts";
import type { Route } from "../types.ts";
import { profileOf, providerProfiles } from "./provider-profiles.ts";

export type RoutePoolsOptions = {
  /** DNS servers to ask for MX hosts; none = the system's. */
  dnsServers?: readonly string[] | undefined;
  /** Called when another connection of a route is ready; `siteKey` is set for direct routes. */
  onReady?: (route: Route, siteKey?: string) => void;
};

/** The pools of all routes in use, one per route. Campaigns that use the same route share its connections. */
export class RoutePools {
  readonly #pools = new Map<string, Egress>();
  readonly #shared: EgressShared;

  constructor({ dnsServers, onReady }: RoutePoolsOptions = {}) {
    const dns = new DnsClient({ servers: dnsServers });
    const policies = new MtaSts({ dns, fetch: httpsStsFetcher({ dns }), clock: steadyClock });
    const providers = [...providerProfiles.values()];
    this.#shared = {
      memory: new ServerMemory(),
      providerOf,
      onReady,
      direct: { dns, providers, profileOf, policies, failed: new FailedAddresses() },
    };
  }

  /** The pool of a route. A changed route gets a new pool, and the old one closes after its messages in flight. */
  get(route: Route): Egress {
    const key = `${route.workspaceId}/${route.id}`;
    const found = this.#pools.get(key);
    if (found !== undefined && isSame(found.route, route)) {
      return found;
    }
    void found?.close();
    const pool = this.make(route);
    this.#pools.set(key, pool);
    return pool;
  }

  /** A separate pool that the caller must close, e.g. for a route that has not been saved yet. */
  make(route: Route, timeouts: Partial<SmtpTimeouts> = {}): Egress {
    return makeEgress(route, this.#shared, timeouts);
  }

  /** Closes the pools of a workspace, or all of them, after their messages in flight. */
  async close(workspaceId?: string): Promise<void> {
    const closing: Promise<void>[] = [];
    for (const [key, pool] of this.#pools) {
      if (workspaceId === undefined || pool.route.workspaceId === workspaceId) {
        this.#pools.delete(key);
        closing.push(pool.close());
      }
    }
    await Promise.all(closing);
  }
}

function isSame(a: Route, b: Route): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

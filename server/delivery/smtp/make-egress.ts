import type { Route } from "../types.ts";
import { DirectEgress, type DirectOptions } from "./direct-egress.ts";
import type { Egress } from "./egress.ts";
import { RoutePool } from "./route-pool.ts";
import type { ServerMemory } from "./server-memory.ts";
import type { SmtpTimeouts } from "./timeouts.ts";

/** What the egresses of a node share: what was learned about servers, names and policies. */
export type EgressShared = {
  memory: ServerMemory;
  /** The provider that hosts a recipient domain; used for the limits of relays. */
  providerOf: (domain: string) => string;
  direct: DirectOptions;
  onReady?: ((route: Route, siteKey?: string) => void) | undefined;
};

/** Creates the egress for a route. `timeouts` override the defaults. */
export function makeEgress(
  route: Route,
  { memory, providerOf, direct, onReady }: EgressShared,
  timeouts: Partial<SmtpTimeouts> = {},
): Egress {
  return route.kind === "direct"
    ? new DirectEgress(route, {
        ...direct,
        memory,
        session: { ...direct.session, timeouts },
        onReady: (siteKey) => onReady?.(route, siteKey),
      })
    : new RoutePool(route, { memory, providerOf, timeouts, onReady: () => onReady?.(route) });
}

import type { SigningKey } from "../render/dkim.ts";
import type { Egress } from "../smtp/egress.ts";
import type { Route } from "../types.ts";
import type { Circuit } from "./circuit.ts";

/** A route that a campaign may use. */
export type CampaignRoute = {
  egress: Egress;
  /** Routes with a lower position are used first. */
  position: number;
  weight: number;
  /** Undefined when SwiftMail does not sign for this route, or the domain has no key. */
  signingKey: SigningKey | undefined;
  /** True once it has accepted a message of this campaign. */
  hasDelivered: boolean;
  /** Shared by all campaigns that use the route. */
  circuit: Circuit;
  /** Cancels the campaign's messages that are in flight here and before the dot. */
  cancellation: AbortController;
};

/** Whether a route may be used for a recipient domain (A-label, lower case). */
export function allows(route: Route, domain: string): boolean {
  const { allowDomains, denyDomains } = route;
  if (denyDomains?.some((pattern) => covers(pattern, domain))) {
    return false;
  }
  return !allowDomains?.length || allowDomains.some((pattern) => covers(pattern, domain));
}

/** `example.com` matches only itself; `*.example.com` also matches all subdomains. */
function covers(pattern: string, domain: string): boolean {
  if (!pattern.startsWith("*.")) {
    return pattern === domain;
  }
  const parent = pattern.slice(2);
  return domain === parent || domain.endsWith(`.${parent}`);
}

/**
 * Chooses the route for a domain, among the working ones of the lowest position, by weight. The choice is stable for a
 * campaign and domain while the routes stay the same, so that a greylisted message is retried from where it came
 * first. If no route works, the one with the earliest retry is chosen. A half-open route gets a single message as a
 * probe.
 *
 * @param seed What the choice depends on besides the domain: the campaign.
 * @returns undefined when no route may be used for the domain.
 */
export function chooseRoute(
  routes: readonly CampaignRoute[],
  domain: string,
  seed: string,
  now: number,
): CampaignRoute | undefined {
  const allowed = routes.filter(({ egress }) => allows(egress.route, domain));
  if (allowed.length <= 1) {
    return allowed[0];
  }
  const working = allowed.filter(({ circuit }) => isUsable(circuit, now));
  if (working.length === 0) {
    return allowed.reduce((a, b) => ((b.circuit.retryAt ?? 0) < (a.circuit.retryAt ?? 0) ? b : a));
  }
  const position = Math.min(...working.map((campaignRoute) => campaignRoute.position));
  const first = working.filter((campaignRoute) => campaignRoute.position === position);
  const campaignRoute = pickByWeight(
    first,
    (entry) => `${seed}/${domain}/${entry.egress.route.id}`,
  );
  if (campaignRoute?.circuit.wantsProbe(now)) {
    campaignRoute.circuit.beginProbe(now);
  }
  return campaignRoute;
}

function isUsable(circuit: Circuit, now: number): boolean {
  return circuit.state(now) === "closed" || circuit.wantsProbe(now);
}

/**
 * Picks an entry by weight (weighted rendezvous hashing). The same names always give the same entry; when an entry is
 * removed, only its own share moves to others.
 *
 * @see Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA 2005
 */
export function pickByWeight<T extends { weight: number }>(
  entries: readonly T[],
  nameOf: (entry: T) => string,
): T | undefined {
  let best: T | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const entry of entries.length === 1 ? [] : entries) {
    const score = -entry.weight / Math.log(fraction(nameOf(entry)));
    if (score > bestScore) {
      best = entry;
      bestScore = score;
    }
  }
  return best ?? entries[0];
}

/** A pseudo-random number derived from the text, 0 < x < 1. */
function fraction(text: string): number {
  return (Bun.hash.xxHash32(text) + 0.5) / 2 ** 32;
}

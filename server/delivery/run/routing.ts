import type { SigningKey } from "../render/dkim.ts";
import type { Egress } from "../smtp/egress.ts";
import type { Route } from "../types.ts";
import type { Circuit } from "./circuit.ts";

/** A route that a campaign may use. */
export type Way = {
  egress: Egress;
  /** Lower first. */
  position: number;
  weight: number;
  /** Undefined when the route signs, or the domain has no key. */
  signingKey: SigningKey | undefined;
  /** It has taken a message of this campaign. */
  hasDelivered: boolean;
  /** Shared by all campaigns that use the route. */
  circuit: Circuit;
  /** Takes back the campaign's messages that are under way here and before their dot. */
  recall: AbortController;
};

/** Whether a route may be used for a recipient domain (A-label, lower case). */
export function allows(route: Route, domain: string): boolean {
  const { allowDomains, denyDomains } = route;
  if (denyDomains?.some((pattern) => covers(pattern, domain))) {
    return false;
  }
  return !allowDomains?.length || allowDomains.some((pattern) => covers(pattern, domain));
}

/** `example.com` is itself, `*.example.com` is that and everything below. */
function covers(pattern: string, domain: string): boolean {
  if (!pattern.startsWith("*.")) {
    return pattern === domain;
  }
  const parent = pattern.slice(2);
  return domain === parent || domain.endsWith(`.${parent}`);
}

/**
 * The way for a domain: of the lowest position that has one in order, shared by weight. The same
 * campaign and domain get the same way as long as the ways are the same, so that a greylisted retry comes
 * from where the first try came. When none is in order, the one that will be tried again first.
 * A way that may work again gets a single message to find out.
 *
 * @param seed What the choice depends on beside the domain: the campaign.
 * @returns undefined when no route may be used for the domain.
 */
export function chooseWay(
  ways: readonly Way[],
  domain: string,
  seed: string,
  now: number,
): Way | undefined {
  const allowed = ways.filter(({ egress }) => allows(egress.route, domain));
  if (allowed.length <= 1) {
    return allowed[0];
  }
  const working = allowed.filter(({ circuit }) => isUsable(circuit, now));
  if (working.length === 0) {
    return allowed.reduce((a, b) => ((b.circuit.retryAt ?? 0) < (a.circuit.retryAt ?? 0) ? b : a));
  }
  const position = Math.min(...working.map((way) => way.position));
  const first = working.filter((way) => way.position === position);
  const way = pickByWeight(first, (entry) => `${seed}/${domain}/${entry.egress.route.id}`);
  if (way?.circuit.wantsProbe(now)) {
    way.circuit.beginProbe(now);
  }
  return way;
}

function isUsable(circuit: Circuit, now: number): boolean {
  return circuit.state(now) === "closed" || circuit.wantsProbe(now);
}

/**
 * Picks one by weight, always the same for the same names; when one goes, only its share moves.
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

/** A number between 0 and 1, both excluded, that looks random and depends on the text alone. */
function fraction(text: string): number {
  return (Bun.hash.xxHash32(text) + 0.5) / 2 ** 32;
}

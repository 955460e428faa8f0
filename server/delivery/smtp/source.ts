import type { Route, RouteSource } from "../types.ts";

/**
 * The source address for a domain when no rule has chosen one. A domain always gets the same address, as greylisting
 * requires; addresses get domains in proportion to their weights.
 */
export function sourceFor(
  { sources = [] }: Pick<Route, "sources">,
  domain: string,
): RouteSource | undefined {
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  let at = sources.length < 2 ? 0 : Number(Bun.hash(domain) % BigInt(Math.max(1, total)));
  for (const source of sources) {
    at -= source.weight;
    if (at < 0) {
      return source;
    }
  }
  return sources[0];
}

import type { Route, RouteSource } from "../types.ts";

/** The domain of an address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/**
 * The address to send from when nobody chose one: always the same for a domain, as greylisting asks for, and each
 * as often as its weight says.
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

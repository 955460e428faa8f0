import { createHash } from "node:crypto";
import type { Site } from "./egress.ts";

/** A longer name is shortened to what the hosts have in common. */
const MAX_NAME = 60;

/** A provider and the suffixes of its MX host names; see `provider-profiles.ts`. */
export type ProviderHosts = { provider: string; mxSuffixes: readonly string[] };

/**
 * The site of a set of MX hosts. It is the provider's if all hosts belong to one provider, otherwise a site of its own
 * for this set. A mixed set is a domain's own setup and must not share the provider's limits.
 */
export function siteOfHosts(hosts: readonly string[], providers: Iterable<ProviderHosts>): Site {
  for (const { provider, mxSuffixes } of providers) {
    const isTheirs = (host: string) => mxSuffixes.some((suffix) => host.endsWith(suffix));
    if (hosts.length > 0 && hosts.every(isTheirs)) {
      return { key: provider, name: `*${commonEnd(hosts) || mxSuffixes[0]}`, provider };
    }
  }
  const sorted = [...new Set(hosts)].sort();
  const digest = createHash("sha256").update(sorted.join("\n")).digest("base64url");
  return { key: `mx-${digest.slice(0, 16)}`, name: readableName(sorted), provider: "other" };
}

/** A pseudo site for a domain that no mail can be sent to now. */
export function siteOfNobody(domain: string): Site {
  return { key: `none-${domain}`, name: domain, provider: "other" };
}

/** E.g. `(mx1|mx2).example.org` */
function readableName(hosts: string[]): string {
  const [first = ""] = hosts;
  if (hosts.length === 1) {
    return first;
  }
  const end = commonEnd(hosts);
  if (end === "") {
    return `${first} and ${hosts.length - 1} more`;
  }
  const own = hosts.map((host) => host.slice(0, host.length - end.length)).join("|");
  const name = `(${own})${end}`;
  return name.length <= MAX_NAME ? name : `*${end}`;
}

/** The common suffix of the names, starting with a dot and at least two labels long; empty if there is none. */
function commonEnd(hosts: readonly string[]): string {
  const [first = "", ...others] = hosts.map((host) => host.split(".").reverse());
  const labels = Array.isArray(first) ? first : [];
  let shared = 0;
  while (
    shared < labels.length - 1 &&
    others.every((other) => shared < other.length - 1 && other[shared] === labels[shared])
  ) {
    shared += 1;
  }
  return shared < 2 ? "" : `.${labels.slice(0, shared).reverse().join(".")}`;
}

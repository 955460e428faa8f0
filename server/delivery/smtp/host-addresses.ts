import { isIP } from "node:net";
import type { DnsClient } from "../../platform/dns/client.ts";
import type { Reason } from "../../platform/errors.ts";

/** The IP addresses of a mail server. */
export type HostAddresses = {
  usable: string[];
  /** Addresses in networks that must not be connected to. */
  refused: string[];
  /** Why the DNS lookup failed; undefined when it succeeded. */
  failure: Reason | undefined;
};

/**
 * Looks up a mail server: IPv6 only if it has no IPv4 address, or only the family of the source address, if one is
 * given. `mayConnect` checks every address, because the owner of the name can point it anywhere.
 */
export async function addressesOf(
  dns: DnsClient,
  host: string,
  from: string | undefined,
  mayConnect: (address: string) => boolean,
): Promise<HostAddresses> {
  const families =
    from === undefined ? (["A", "AAAA"] as const) : ([isIP(from) === 6 ? "AAAA" : "A"] as const);
  for (const family of families) {
    const answer = await dns.lookup(host, family);
    if (answer.kind === "found") {
      return {
        usable: answer.records.filter((address) => mayConnect(address)),
        refused: answer.records.filter((address) => !mayConnect(address)),
        failure: undefined,
      };
    }
    if (answer.kind === "failed") {
      return { usable: [], refused: [], failure: answer.reason };
    }
  }
  return { usable: [], refused: [], failure: undefined };
}

import { isIP } from "node:net";
import type { DnsClient } from "../../platform/dns/client.ts";

/** Where a mail server is, as far as we may and can connect to it. */
export type HostAddresses = {
  usable: string[];
  /** On networks that must not be connected to. */
  refused: string[];
  /** Why DNS could not say; empty when it could. */
  failure: string;
};

/**
 * Looks a mail server up: IPv4 unless it has none, or only the family of the address of ours that is used.
 * `mayConnect` decides about every single address, because whoever owns the name decides where it leads.
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
        failure: "",
      };
    }
    if (answer.kind === "failed") {
      return { usable: [], refused: [], failure: answer.reason };
    }
  }
  return { usable: [], refused: [], failure: "" };
}

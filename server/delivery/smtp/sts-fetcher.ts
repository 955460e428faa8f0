import type { DnsClient } from "../../platform/dns/client.ts";
import { FetchRefused, fetchGuarded } from "../../platform/guarded-fetch.ts";
import { isPublicTarget } from "../../platform/target-guard.ts";
import type { StsFetcher } from "./mta-sts.ts";

const TIMEOUT_MS = 60_000;
const MAX_BYTES = 64 * 1_024;

export type StsFetcherOptions = {
  dns: DnsClient;
  /** 443, except in tests. */
  port?: number;
  ca?: string;
  mayConnect?: (address: string) => boolean;
};

/** Fetches policies as RFC 8461 §3.3 requires: certificate verified for `mta-sts.<domain>`, no redirects, only 200. */
export function httpsStsFetcher(options: StsFetcherOptions): StsFetcher {
  const { dns, port = 443, ca, mayConnect = isPublicTarget } = options;
  const addressesOf = async (host: string): Promise<string[]> => {
    for (const type of ["A", "AAAA"] as const) {
      const answer = await dns.lookup(host, type);
      if (answer.kind === "found") {
        return answer.records;
      }
    }
    return [];
  };
  return async (domain) => {
    const url = `https://mta-sts.${domain}:${port}/.well-known/mta-sts.txt`;
    const request = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES, mayConnect, addressesOf, ca };
    const { status, contentType, text } = await fetchGuarded(url, request);
    if (status !== 200 || !/^text\/plain\b/i.test(contentType)) {
      throw new FetchRefused(`mta-sts.${domain} answered ${status} ${contentType}`);
    }
    return text;
  };
}

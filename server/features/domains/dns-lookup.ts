import { Resolver } from "node:dns/promises";
import { DnsClient } from "../../platform/dns/client.ts";
import { type DnsType, hostName } from "../../platform/dns/message.ts";
import { type Reason, storedReason } from "../../platform/errors.ts";
import { FetchRefused, fetchGuarded } from "../../platform/guarded-fetch.ts";
import { isPublicAddress } from "../../platform/private-address.ts";
import type { DnsAnswer, DnsLookup } from "../ports.ts";

type Found =
  | { kind: "found"; records: string[] }
  | { kind: "no_data" | "no_domain" }
  | { kind: "failed"; reason: Reason };

/** What this instance answers under a host name that is used only for tracking. */
export const TRACKING_HOST_TEXT = "This name is used for links in mail.";

const TIMEOUT_MS = 4_000;
const TRIES = 2;
const MAX_PAGE_BYTES = 64 * 1024;
const ABSENT = new Set(["ENODATA", "ENOTFOUND", "NODATA", "NOTFOUND"]);

/**
 * Queries the resolvers of this machine. Never throws; gives up after about 8 s.
 *
 * @param servers Other resolvers, as `address:port`.
 * @param mayConnect Whether an address may be connected to, to find out who answers there.
 */
export function systemDns(
  servers: readonly string[] = [],
  mayConnect: (address: string) => boolean = isPublicAddress,
): DnsLookup {
  // A new resolver for each query, because resolvers cache negative answers and people check again right after
  // setting a record.
  const fresh = () => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
    if (servers.length > 0) {
      resolver.setServers(servers);
    }
    return resolver;
  };
  // Our own implementation, because the runtime's resolver splits long TXT records into their strings, which affects
  // every DKIM key.
  const lookup = <T extends DnsType>(name: string, type: T) => {
    const client = new DnsClient(servers.length > 0 ? { servers } : {});
    const host = hostName(name);
    return host === undefined
      ? Promise.resolve({ kind: "no_domain" as const })
      : Promise.resolve(client.lookup(host, type));
  };
  return {
    txt: async (name) => told(await lookup(name, "TXT")),
    cname: (name) => answer(() => fresh().resolveCname(name)),
    async mx(name) {
      const found = await lookup(name, "MX");
      const records = found.kind === "found" ? found.records : [];
      const sorted = [...records].sort((one, other) => one.preference - other.preference);
      return told(
        found.kind === "found"
          ? { kind: "found", records: sorted.map(({ exchange }) => exchange) }
          : found,
      );
    },
    async addresses(name) {
      const [v4, v6] = (await Promise.all([lookup(name, "A"), lookup(name, "AAAA")])).map(told);
      const values = [v4, v6].flatMap((one) => (one?.kind === "records" ? one.values : []));
      if (values.length > 0) {
        return { kind: "records", values };
      }
      return v4?.kind === "failed" ? v4 : (v6 ?? { kind: "none" });
    },
    reverse: (address) => answer(() => fresh().reverse(address)),
    async answersHere(origin) {
      try {
        const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_PAGE_BYTES, mayConnect };
        const response = await fetchGuarded(`${origin}/`, limits);
        return response.text.includes(TRACKING_HOST_TEXT);
      } catch (error) {
        if (!(error instanceof FetchRefused)) {
          throw error;
        }
        // The connection was refused, has no certificate, or is too slow. Recipients would have the same problem.
        return false;
      }
    },
  };
}

function told(found: Found): DnsAnswer {
  switch (found.kind) {
    case "found":
      return { kind: "records", values: found.records };
    case "failed":
      return { kind: "failed", reason: storedReason(found.reason) };
    default:
      return { kind: "none" };
  }
}

async function answer(ask: () => Promise<string[]>): Promise<DnsAnswer> {
  try {
    const values = await ask();
    return values.length === 0 ? { kind: "none" } : { kind: "records", values };
  } catch (error) {
    const code = (error as { code?: string }).code ?? "";
    return ABSENT.has(code)
      ? { kind: "none" }
      : { kind: "failed", reason: code === "" ? "unknown fault" : code };
  }
}

import { Resolver } from "node:dns/promises";
import type { DnsAnswer } from "./domains.rules.ts";

/** The questions that domain checks ask; tests put their own answers in. */
export type DnsLookup = {
  /** Strings of each TXT record joined, RFC 7208 §3.3. */
  txt(name: string): Promise<DnsAnswer>;
  cname(name: string): Promise<DnsAnswer>;
  /** Host names, most preferred first. */
  mx(name: string): Promise<DnsAnswer>;
  /** IPv4 and IPv6 addresses. */
  addresses(name: string): Promise<DnsAnswer>;
  /** Names that the PTR records of an IP address give. */
  reverse(address: string): Promise<DnsAnswer>;
  /** Whether this instance answers under an origin, with a certificate that browsers take. */
  answersHere(origin: string): Promise<boolean>;
};

/** What this instance says where nothing but tracking answers. */
export const TRACKING_HOST_TEXT = "This name is used for links in mail.";

const TIMEOUT_MS = 4_000;
const TRIES = 2;
const ABSENT = new Set(["ENODATA", "ENOTFOUND", "NODATA", "NOTFOUND"]);

/**
 * Asks the resolvers of this machine; never throws, and gives up after about 8 s.
 *
 * @param servers Other resolvers, as `address:port`.
 */
export function systemDns(servers: readonly string[] = []): DnsLookup {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (servers.length > 0) {
    resolver.setServers(servers);
  }
  return {
    txt: (name) => answer(async () => (await resolver.resolveTxt(name)).map((r) => r.join(""))),
    cname: (name) => answer(() => resolver.resolveCname(name)),
    mx: (name) =>
      answer(async () =>
        (await resolver.resolveMx(name))
          .sort((a, b) => a.priority - b.priority)
          .map(({ exchange }) => exchange),
      ),
    async addresses(name) {
      const [v4, v6] = await Promise.all([
        answer(() => resolver.resolve4(name)),
        answer(() => resolver.resolve6(name)),
      ]);
      const values = [v4, v6].flatMap((one) => (one.kind === "records" ? one.values : []));
      if (values.length > 0) {
        return { kind: "records", values };
      }
      return v4.kind === "failed" ? v4 : v6;
    },
    reverse: (address) => answer(() => resolver.reverse(address)),
    async answersHere(origin) {
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        const response = await fetch(`${origin}/`, { redirect: "manual", signal });
        return (await response.text()).includes(TRACKING_HOST_TEXT);
      } catch {
        // Refused, no certificate, too slow: recipients would fare no better.
        return false;
      }
    },
  };
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

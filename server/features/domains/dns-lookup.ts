import { Resolver } from "node:dns/promises";
import type { DnsAnswer } from "./domains.rules.ts";

/** The two questions that domain checks ask; tests put their own answers in. */
export type DnsLookup = {
  /** Strings of each TXT record joined, RFC 7208 §3.3. */
  txt(name: string): Promise<DnsAnswer>;
  cname(name: string): Promise<DnsAnswer>;
};

const TIMEOUT_MS = 4_000;
const TRIES = 2;
const ABSENT = new Set(["ENODATA", "ENOTFOUND", "NODATA", "NOTFOUND"]);

/** Asks the resolvers of this machine; never throws, and gives up after about 8 s. */
export function systemDns(): DnsLookup {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  return {
    txt: (name) => answer(async () => (await resolver.resolveTxt(name)).map((r) => r.join(""))),
    cname: (name) => answer(() => resolver.resolveCname(name)),
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

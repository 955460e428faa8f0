import type { Connection } from "../platform/db/driver.ts";
import { statement } from "../platform/db/statements.ts";

type Domain = { domain: string; subdomains: number };

const selectDomains = (table: string) =>
  statement<[now: number], Domain>(`
    SELECT domain, subdomains FROM ${table} WHERE expires_at IS NULL OR expires_at > ?`);
const workspaceDomains = selectDomains("blocked_domain");
const instanceDomains = selectDomains("instance_blocked_domain");

const selectAddress = statement<[address: string, now: number], { reason: string }>(`
  SELECT reason FROM instance_suppression
   WHERE address = ? AND (expires_at IS NULL OR expires_at > ?)
`);

/** Says why an address must not be mailed though the workspace's suppressions do not name it; else undefined. */
export type IsBlocked = (address: string) => string | undefined;

/** Reads the blocked domains once, for a run of addresses that is looked at now. */
export function blockList(system: Connection, db: Connection, now: number): IsBlocked {
  const exact = new Set<string>();
  const parents = new Set<string>();
  for (const one of [...workspaceDomains(db).all(now), ...instanceDomains(system).all(now)]) {
    exact.add(one.domain);
    if (one.subdomains === 1) {
      parents.add(one.domain);
    }
  }
  return (address) => {
    const domain = address.slice(address.lastIndexOf("@") + 1);
    if (exact.has(domain) || (parents.size > 0 && isBelow(domain, parents))) {
      return "blocked_domain";
    }
    return selectAddress(system).get(address, now)?.reason;
  };
}

function isBelow(domain: string, parents: ReadonlySet<string>): boolean {
  for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
    if (parents.has(domain.slice(dot + 1))) {
      return true;
    }
  }
  return false;
}

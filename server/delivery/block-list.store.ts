import { domainOf } from "../platform/address.rules.ts";
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

/**
 * The reason why an address must not be mailed according to the instance or a blocked domain; undefined when it may be.
 * The workspace's own suppressions are checked elsewhere.
 */
export type IsBlocked = (address: string) => string | undefined;

/** Loads the blocked domains once, for checking many addresses at the time `now`. */
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
    const domain = domainOf(address);
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

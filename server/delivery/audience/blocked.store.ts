import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const AT_ONCE = 1_000;

type Domain = { domain: string; subdomains: number };

const selectDomains = (table: string) =>
  statement<[now: number], Domain>(`
    SELECT domain, subdomains FROM ${table} WHERE expires_at IS NULL OR expires_at > ?`);
const workspaceDomains = selectDomains("blocked_domain");
const instanceDomains = selectDomains("instance_blocked_domain");

const selectAddresses = statement<
  [{ after: string; now: number; limit: number }],
  { address: string; holds: number }
>(`
  SELECT address, expires_at IS NULL OR expires_at > @now AS holds FROM instance_suppression
   WHERE address > @after ORDER BY address LIMIT @limit
`);

const selectByAddresses = statement<[addresses: string], { id: number }>(`
  SELECT contact.id FROM json_each(?) AS one JOIN contact ON contact.address = one.value
`);

const selectByDomain = statement<
  [{ domain: string; after: number; limit: number }],
  { id: number }
>(`
  SELECT id FROM contact WHERE domain = @domain AND id > @after ORDER BY id LIMIT @limit
`);

const selectNextDomain = statement<[after: string], { domain: string }>(
  "SELECT domain FROM contact WHERE domain > ? ORDER BY domain LIMIT 1",
);

/**
 * Ids, ascending, of the contacts that may not be mailed because of the instance's suppression list or a blocked
 * domain. The workspace's own suppressions are handled elsewhere. Yields between statements, each of which takes a few
 * milliseconds.
 */
export function* blockedContacts(
  database: () => Connection,
  system: Connection,
  now: number,
): Generator<undefined, number[]> {
  const ids = new Set<number>();
  let after = "";
  for (;;) {
    const rows = selectAddresses(system).all({ after, now, limit: AT_ONCE });
    const last = rows.at(-1);
    if (last === undefined) {
      break;
    }
    const addresses = rows.flatMap(({ address, holds }) => (holds === 1 ? [address] : []));
    for (const { id } of selectByAddresses(database()).all(JSON.stringify(addresses))) {
      ids.add(id);
    }
    after = last.address;
    yield;
  }
  const blocks = [...workspaceDomains(database()).all(now), ...instanceDomains(system).all(now)];
  for (const domain of yield* domainsOf(database, blocks)) {
    yield* addDomain(database, domain, ids);
  }
  return [...ids].sort((a, b) => a - b);
}

function* addDomain(database: () => Connection, domain: string, ids: Set<number>) {
  for (let after = 0; ; ) {
    const rows = selectByDomain(database()).all({ domain, after, limit: AT_ONCE });
    for (const { id } of rows) {
      ids.add(id);
    }
    after = rows.at(-1)?.id ?? 0;
    if (rows.length < AT_ONCE) {
      return;
    }
    yield;
  }
}

/** The contact domains that a block covers. Only blocks with `subdomains` require a walk over all domains. */
function* domainsOf(
  database: () => Connection,
  blocks: readonly Domain[],
): Generator<undefined, Set<string>> {
  const found = new Set(blocks.map(({ domain }) => domain));
  const parents = new Set(blocks.flatMap((one) => (one.subdomains === 1 ? [one.domain] : [])));
  let after = "";
  for (let seen = 1; parents.size > 0; seen++) {
    const next = selectNextDomain(database()).get(after)?.domain;
    if (next === undefined) {
      break;
    }
    if (parentsOf(next).some((parent) => parents.has(parent))) {
      found.add(next);
    }
    after = next;
    if (seen % AT_ONCE === 0) {
      yield;
    }
  }
  return found;
}

/** `a.b.example` yields `b.example` and `example`. */
function parentsOf(domain: string): string[] {
  const labels = domain.split(".");
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join("."));
}

/** The ids of one slice, as the JSON array its statement expects. @param ids Ascending. */
export function withinSlice(ids: readonly number[], from: number, to: number): string {
  return JSON.stringify(ids.filter((id) => id >= from && id <= to));
}

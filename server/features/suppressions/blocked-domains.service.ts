import type { Connection } from "../../platform/db/driver.ts";
import { isAddressFault, parseEmailAddress } from "../../platform/email-address.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { BlockedDomainRow, BlockedDomains } from "./blocked-domains.store.ts";

export { instanceBlockedDomains, workspaceBlockedDomains } from "./blocked-domains.store.ts";

export type BlockInput = {
  domain: string;
  subdomains?: boolean | undefined;
  detail?: string | undefined;
  expiresAt?: number | null | undefined;
};

/** A page of blocked domains by name. `q` matches any part of a name. */
export function listBlockedDomains(
  db: Connection,
  store: BlockedDomains,
  query: { q?: string | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [after],
  } = readPage(query, [""]);
  const q = (query.q ?? "").trim().toLowerCase();
  const page = cutPage(store.page(db, { after, q, limit: limit + 1 }), limit, (row) => [
    row.domain,
  ]);
  return { items: page.items.map(toBlockedDomain), nextCursor: page.nextCursor };
}

/**
 * Blocks a domain, optionally with its subdomains. Blocking it again changes the options.
 *
 * @throws AppError `invalid_input` for an invalid domain.
 */
export function blockDomain(
  db: Connection,
  store: BlockedDomains,
  input: BlockInput,
  by: { actorId: string; now: number },
) {
  const domain = readDomain(input.domain);
  const row: BlockedDomainRow = {
    domain,
    subdomains: Number(input.subdomains ?? false),
    detail: input.detail ?? "",
    createdBy: by.actorId,
    createdAt: by.now,
    expiresAt: readExpiry(input.expiresAt, by.now),
  };
  store.put(db, row);
  return toBlockedDomain(row);
}

/** Unblocks a domain. @throws AppError `not_found` when it was not blocked. */
export function unblockDomain(db: Connection, store: BlockedDomains, written: string): void {
  const domain = readDomain(written);
  if (!store.remove(db, domain)) {
    throw notFound("blocked_domain");
  }
}

/** An expiry; null for never. @throws AppError `invalid_input` for a time in the past. */
export function readExpiry(written: number | null | undefined, now: number): number | null {
  if (written !== null && written !== undefined && written <= now) {
    throw invalidField("expiresAt", because("in_the_past"));
  }
  return written ?? null;
}

/** `example.com`, `@example.com` and `*@example.com` mean the same. */
function readDomain(written: string): string {
  const name = written.trim().replace(/^\*?@/, "").replace(/\.$/, "");
  const read = parseEmailAddress(`somebody@${name}`);
  if (name.includes("@") || isAddressFault(read)) {
    throw invalidField("domain", because("not_a_domain"));
  }
  return read.domain;
}

function toBlockedDomain({ subdomains, ...row }: BlockedDomainRow) {
  return { ...row, subdomains: subdomains === 1 };
}

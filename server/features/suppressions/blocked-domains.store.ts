import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** A domain that must not be mailed. `subdomains` is 1 when its subdomains must not be mailed either. */
export type BlockedDomainRow = {
  domain: string;
  subdomains: number;
  detail: string;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
};

/** The list of one workspace, in its own file, or of the whole instance, in system.db. */
export type BlockedDomains = ReturnType<typeof blockedDomainStore>;

const columns = `domain, subdomains, detail, created_by AS createdBy, created_at AS createdAt,
  expires_at AS expiresAt`;

function blockedDomainStore(table: "blocked_domain" | "instance_blocked_domain") {
  const insertRow = statement<[BlockedDomainRow]>(`
    INSERT INTO ${table} (domain, subdomains, detail, created_by, created_at, expires_at)
    VALUES (@domain, @subdomains, @detail, @createdBy, @createdAt, @expiresAt)
    ON CONFLICT (domain) DO UPDATE
       SET subdomains = excluded.subdomains, detail = excluded.detail,
           created_by = excluded.created_by, created_at = excluded.created_at,
           expires_at = excluded.expires_at
  `);
  const selectPage = statement<[{ after: string; q: string; limit: number }], BlockedDomainRow>(`
    SELECT ${columns} FROM ${table}
     WHERE domain > @after AND instr(domain, @q) > 0
     ORDER BY domain
     LIMIT @limit
  `);
  const deleteRow = statement<[domain: string]>(`DELETE FROM ${table} WHERE domain = ?`);
  const deleteExpired = statement<[now: number]>(`DELETE FROM ${table} WHERE expires_at <= ?`);
  return {
    put: (db: Connection, row: BlockedDomainRow) => insertRow(db).run(row),
    page: (db: Connection, page: { after: string; q: string; limit: number }) =>
      selectPage(db).all(page),
    /** False when it was not blocked. */
    remove: (db: Connection, domain: string) => deleteRow(db).run(domain).changes === 1,
    /** Returns how many were removed. */
    removeExpired: (db: Connection, now: number) => deleteExpired(db).run(now).changes,
  };
}

/** Domains that one workspace does not mail. Use with the workspace's connection. */
export const workspaceBlockedDomains = blockedDomainStore("blocked_domain");
/** Domains that no workspace mails. Use with system.db. */
export const instanceBlockedDomains = blockedDomainStore("instance_blocked_domain");

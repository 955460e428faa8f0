import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type InstanceReason = "complaint" | "spamtrap" | "manual";

export type InstanceSuppressionRow = {
  address: string;
  reason: InstanceReason;
  source: string;
  detail: string;
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
};

const columns = `address, reason, source, detail, created_by AS createdBy, created_at AS createdAt,
  expires_at AS expiresAt`;

const insertRow = statement<[InstanceSuppressionRow]>(`
  INSERT INTO instance_suppression (address, reason, source, detail, created_by, created_at, expires_at)
  VALUES (@address, @reason, @source, @detail, @createdBy, @createdAt, @expiresAt)
  ON CONFLICT (address) DO UPDATE
     SET reason = excluded.reason, source = excluded.source, detail = excluded.detail,
         created_by = excluded.created_by, created_at = excluded.created_at,
         expires_at = excluded.expires_at
   WHERE expires_at IS NOT NULL AND ifnull(excluded.expires_at > expires_at, 1)
`);

const deleteRow = statement<[address: string]>(
  "DELETE FROM instance_suppression WHERE address = ?",
);

const selectNewest = statement<
  [{ createdAt: number; address: string; limit: number }],
  InstanceSuppressionRow
>(`
  SELECT ${columns} FROM instance_suppression
   WHERE (created_at, address) < (@createdAt, @address)
   ORDER BY created_at DESC, address DESC
   LIMIT @limit
`);

const selectByAddress = statement<
  [{ lo: string; hi: string; address: string; limit: number }],
  InstanceSuppressionRow
>(`
  SELECT ${columns} FROM instance_suppression
   WHERE address >= @lo AND address < @hi AND address > @address
   ORDER BY address
   LIMIT @limit
`);

const deleteExpired = statement<[now: number]>(
  "DELETE FROM instance_suppression WHERE expires_at <= ?",
);

/** False when the address is already on the list for at least as long. */
export function insertInstanceSuppression(db: Connection, row: InstanceSuppressionRow): boolean {
  return insertRow(db).run(row).changes === 1;
}

export function deleteInstanceSuppression(db: Connection, address: string): boolean {
  return deleteRow(db).run(address).changes === 1;
}

export function newestInstanceSuppressions(
  db: Connection,
  page: { createdAt: number; address: string; limit: number },
): InstanceSuppressionRow[] {
  return selectNewest(db).all(page);
}

/** Entries whose address begins with `q`, by address. */
export function instanceSuppressionsByPrefix(
  db: Connection,
  page: { q: string; address: string; limit: number },
): InstanceSuppressionRow[] {
  const { q, ...rest } = page;
  return selectByAddress(db).all({ ...rest, lo: q, hi: `${q}\u{10ffff}` });
}

/** Returns how many were removed. */
export function removeExpiredInstanceSuppressions(db: Connection, now: number): number {
  return deleteExpired(db).run(now).changes;
}

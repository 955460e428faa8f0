import { replacesSuppression } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

/** `unclear`: an import could not tell whether the contact may be mailed, and nobody has decided it since. */
export const suppressionReasons = [
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "manual",
  "unclear",
] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

export type SuppressionRow = {
  address: string;
  reason: SuppressionReason;
  source: string;
  detail: string;
  createdAt: number;
  expiresAt: number | null;
};

const columns = "address, reason, source, detail, created_at AS createdAt, expires_at AS expiresAt";

const insertRow = statement<[SuppressionRow]>(`
  INSERT INTO suppression (address, reason, source, detail, created_at, expires_at)
  VALUES (@address, @reason, @source, @detail, @createdAt, @expiresAt)
  ON CONFLICT (address) DO UPDATE
     SET reason = excluded.reason, source = excluded.source, detail = excluded.detail,
         created_at = excluded.created_at, expires_at = excluded.expires_at
   WHERE ${replacesSuppression}
`);

const selectHolding = statement<[address: string, now: number], { reason: SuppressionReason }>(
  "SELECT reason FROM suppression WHERE address = ? AND (expires_at IS NULL OR expires_at > ?)",
);

const selectOne = statement<[address: string], SuppressionRow>(
  `SELECT ${columns} FROM suppression WHERE address = ?`,
);

const selectContact = statement<[address: string], { id: number }>(
  "SELECT id FROM contact WHERE address = ?",
);

const deleteRow = statement<[address: string]>("DELETE FROM suppression WHERE address = ?");

// A weaker second suppression only needs to be stored if the current one can be undone.
const insertClaim = statement<[Omit<SuppressionRow, "expiresAt">]>(`
  INSERT INTO suppression_claim (address, source, reason, detail, created_at)
  SELECT address, @source, @reason, @detail, @createdAt
    FROM suppression
   WHERE address = @address AND source <> @source AND expires_at IS NULL
     AND (source LIKE 'bulk:%' OR reason = 'unclear')
  ON CONFLICT (address, source) DO UPDATE SET reason = excluded.reason, detail = excluded.detail
   WHERE suppression_claim.reason = 'unclear'
`);

// Manual suppressions come first, because an unsubscribe must not shorten them; then reported reasons; then unclear
// ones.
const selectClaim = statement<[address: string], SuppressionRow>(`
  SELECT address, reason, source, detail, created_at AS createdAt, NULL AS expiresAt
    FROM suppression_claim
   WHERE address = ?
   ORDER BY reason = 'unclear', reason = 'unsubscribed', created_at, source
   LIMIT 1
`);

const deleteClaim = statement<[address: string, source: string]>(
  "DELETE FROM suppression_claim WHERE address = ? AND source = ?",
);

const deleteUnsubscribes = statement<[address: string]>(
  "DELETE FROM suppression_claim WHERE address = ? AND reason IN ('unsubscribed', 'unclear')",
);

const selectHasClaim = statement<[address: string, source: string], { n: number }>(
  "SELECT count(*) AS n FROM suppression_claim WHERE address = ? AND source = ?",
);

const deleteDoubts = statement<[{ after: string; last: string; source: string }]>(`
  DELETE FROM suppression_claim
   WHERE address > @after AND address <= @last AND source = @source
     AND reason = 'unclear'
`);

const moveRow = statement<[SuppressionRow]>(`
  UPDATE suppression
     SET reason = @reason, source = @source, detail = @detail, created_at = @createdAt, expires_at = @expiresAt
   WHERE address = @address
`);

// An unsubscribe from everything while another suppression was active is only in the consent log.
const selectWithdrawal = statement<[{ address: string }], SuppressionRow>(`
  SELECT said.address, 'unsubscribed' AS reason, said.source, said.detail, said.at AS createdAt,
         NULL AS expiresAt
    FROM suppression,
         (SELECT * FROM consent WHERE address = @address AND list_ids = '[]' AND action <> 'changed'
           ORDER BY id DESC LIMIT 1) AS said
   WHERE suppression.address = said.address AND said.action = 'withdrawn'
     AND said.at >= suppression.created_at
`);

// A bounce replaces an unsubscribe here, but the consent log still shows that the person unsubscribed.
const insertEarlierRefusal = statement<[{ address: string }]>(`
  INSERT INTO suppression (address, reason, source, detail, created_at)
  SELECT said.address, 'unsubscribed', said.source, said.detail, said.at
    FROM consent AS said
   WHERE said.address = @address AND said.action = 'withdrawn' AND said.list_ids = '[]'
     AND NOT EXISTS (SELECT 1 FROM consent AS later
                      WHERE later.contact_id = said.contact_id AND later.id > said.id
                        AND later.action = 'given')
   ORDER BY said.id DESC
   LIMIT 1
`);

const selectNewest = statement<
  [{ createdAt: number; address: string; limit: number }],
  SuppressionRow
>(`
  SELECT ${columns} FROM suppression
   WHERE (created_at, address) < (@createdAt, @address)
   ORDER BY created_at DESC, address DESC
   LIMIT @limit
`);

const selectByReason = statement<
  [{ reason: string; address: string; limit: number }],
  SuppressionRow
>(`
  SELECT ${columns} FROM suppression
   WHERE reason = @reason AND address > @address
   ORDER BY address
   LIMIT @limit
`);

const selectByPrefix = statement<
  [{ lo: string; hi: string; address: string; reason: string; limit: number }],
  SuppressionRow
>(`
  SELECT ${columns} FROM suppression
   WHERE address >= @lo AND address < @hi AND address > @address
     AND (@reason = '' OR +reason = @reason)
   ORDER BY address
   LIMIT @limit
`);

const deleteExpired = statement<[now: number, limit: number]>(`
  DELETE FROM suppression
   WHERE address IN (SELECT address FROM suppression WHERE expires_at <= ? LIMIT ?)
`);

const selectCounts = statement<[], { name: string; n: number }>(
  "SELECT name, n FROM audience_count WHERE name LIKE 'suppression:%'",
);

/** False when the address is already suppressed for an equally strong reason. */
export function insertSuppression(db: Connection, row: SuppressionRow): boolean {
  const isTaken = insertRow(db).run(row).changes === 1;
  if (!isTaken && row.expiresAt === null) {
    insertClaim(db).run(row);
  }
  return isTaken;
}

/** True when the source suppresses the address now, or would if the current suppression were removed. */
export function hasClaim(db: Connection, address: string, source: string): boolean {
  return (selectHasClaim(db).get(address, source)?.n ?? 0) > 0;
}

/** Deletes a source's own suppression of the address where another one is active. */
export function forgetClaim(db: Connection, address: string, source: string): void {
  deleteClaim(db).run(address, source);
}

/** Like `forgetClaim`, for statuses that a source did not understand, over a range of addresses. */
export function forgetDoubts(
  db: Connection,
  range: { after: string; last: string; source: string },
): void {
  deleteDoubts(db).run(range);
}

/**
 * Removes a suppression and replaces it with a reason that was reported while it was active. False when the address
 * stays suppressed for that reason.
 */
export function liftSuppression(db: Connection, row: SuppressionRow): boolean {
  const { address } = row;
  return replace(db, row, selectWithdrawal(db).get({ address }) ?? selectClaim(db).get(address));
}

/**
 * Removes an unsubscribe, no matter who reported it, or `unclear`. A later statement by the person, or by someone who
 * decides for them, also settles the doubts of all imports. False when the address stays suppressed for another reason.
 */
export function endUnsubscribe(db: Connection, row: SuppressionRow): boolean {
  deleteUnsubscribes(db).run(row.address);
  return replace(db, row, selectClaim(db).get(row.address));
}

function replace(db: Connection, row: SuppressionRow, next: SuppressionRow | undefined): boolean {
  if (next === undefined) {
    return deleteSuppression(db, row.address);
  }
  moveRow(db).run(next);
  forgetClaim(db, row.address, row.source);
  forgetClaim(db, row.address, next.source);
  return false;
}

/** Why the address must not be mailed now; undefined when it may be. */
export function holdingReason(
  db: Connection,
  address: string,
  now: number,
): SuppressionReason | undefined {
  return selectHolding(db).get(address, now)?.reason;
}

/** The suppression of an address, even if expired. */
export function findSuppression(db: Connection, address: string): SuppressionRow | undefined {
  return selectOne(db).get(address);
}

export function deleteSuppression(db: Connection, address: string): boolean {
  return deleteRow(db).run(address).changes === 1;
}

/**
 * Suppresses an address again after its bounce was removed, if the person had unsubscribed from everything before.
 */
export function restoreRefusal(db: Connection, address: string): void {
  insertEarlierRefusal(db).run({ address });
}

/** Removes up to `limit` expired suppressions. Returns how many. */
export function removeExpiredSuppressions(db: Connection, now: number, limit: number): number {
  return deleteExpired(db).run(now, limit).changes;
}

export function newestSuppressions(
  db: Connection,
  page: { createdAt: number; address: string; limit: number },
): SuppressionRow[] {
  return selectNewest(db).all(page);
}

export function suppressionsByReason(
  db: Connection,
  page: { reason: string; address: string; limit: number },
): SuppressionRow[] {
  return selectByReason(db).all(page);
}

/** Suppressions whose address begins with `q`, by address. An empty `reason` matches any. */
export function suppressionsByPrefix(
  db: Connection,
  page: { q: string; address: string; reason: string; limit: number },
): SuppressionRow[] {
  const { q, ...rest } = page;
  return selectByPrefix(db).all({ ...rest, lo: q, hi: `${q}\u{10ffff}` });
}

/** The number of suppressions per reason. */
export function suppressionCounts(db: Connection): Record<SuppressionReason, number> {
  const counts = { unsubscribed: 0, hard_bounce: 0, complaint: 0, manual: 0, unclear: 0 };
  for (const { name, n } of selectCounts(db).all()) {
    counts[name.slice("suppression:".length) as SuppressionReason] = n;
  }
  return counts;
}

/** The contact that has the normalized address; undefined when there is none. */
export function contactAt(db: Connection, address: string): number | undefined {
  return selectContact(db).get(address)?.id;
}

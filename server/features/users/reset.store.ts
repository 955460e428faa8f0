import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const insertToken = statement<
  [{ tokenHash: string; userId: string; now: number; expiresAt: number }]
>(`
  INSERT INTO password_reset (token_hash, user_id, created_at, expires_at)
  VALUES (@tokenHash, @userId, @now, @expiresAt)
`);

const selectOwner = statement<[{ tokenHash: string; now: number }], { userId: string }>(`
  SELECT user_id AS userId FROM password_reset
   WHERE token_hash = @tokenHash AND used_at IS NULL AND expires_at > @now
`);

// After a password was set by one link, no other link must work.
const useUpAll = statement<[{ userId: string; now: number }]>(`
  UPDATE password_reset SET used_at = @now WHERE user_id = @userId AND used_at IS NULL
`);

const deleteAll = statement<[]>("DELETE FROM password_reset");

const deleteOld = statement<[before: number]>("DELETE FROM password_reset WHERE expires_at <= ?");

export function addToken(
  db: Connection,
  token: { tokenHash: string; userId: string; now: number; expiresAt: number },
): void {
  insertToken(db).run(token);
}

/** The owner of the token while it is unused and not expired. */
export function ownerOfToken(db: Connection, tokenHash: string, now: number): string | undefined {
  return selectOwner(db).get({ tokenHash, now })?.userId;
}

/** Marks all open tokens of the person as used. False when none was left. */
export function useUpTokens(db: Connection, userId: string, now: number): boolean {
  return useUpAll(db).run({ userId, now }).changes > 0;
}

/** Ends all links for setting a password. */
export function forgetAllTokens(db: Connection): void {
  deleteAll(db).run();
}

export function forgetTokens(db: Connection, expiredBefore: number): number {
  return deleteOld(db).run(expiredBefore).changes;
}

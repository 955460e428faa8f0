import { createHash, randomBytes } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { because, invalidField } from "../../platform/errors.ts";
import { hashPassword } from "./password-hash.ts";
import { addToken, ownerOfToken, useUpTokens } from "./reset.store.ts";
import { removeSessionsOf } from "./sessions.store.ts";
import { accountKey } from "./throttle.service.ts";
import { forgetAttempts } from "./throttle.store.ts";
import { readEmail, requireGoodPassword } from "./users.service.ts";
import { findUserById, setPasswordHash } from "./users.store.ts";

export { forgetAllTokens, forgetTokens } from "./reset.store.ts";

const HOUR_MS = 3_600_000;
/** How long a password reset link works. */
export const RESET_MS = HOUR_MS;

/**
 * Creates a link with which the person can set a password once. Its token has 256 random bits, of which only the
 * SHA-256 is stored.
 *
 * @param lifeMs How long it works.
 */
export function newPasswordLink(
  system: Connection,
  publicUrl: string,
  userId: string,
  now: number,
  lifeMs: number,
): string {
  const token = randomBytes(32).toString("base64url");
  addToken(system, { tokenHash: hashOf(token), userId, now, expiresAt: now + lifeMs });
  return `${publicUrl}/reset?token=${token}`;
}

/**
 * Sets the password of the token's owner, and ends all their sessions and other open links. `alongside` runs in the
 * same transaction. Returns the person's id.
 *
 * @throws AppError `invalid_input` when the token is unknown, used or expired, or the password is too weak.
 */
export async function setPasswordByToken(
  system: Connection,
  { token, password }: { token: string; password: string },
  now: number,
  alongside: (userId: string) => void,
): Promise<string> {
  const tokenHash = hashOf(token);
  const userId = ownerOfToken(system, tokenHash, now);
  const user = userId === undefined ? undefined : findUserById(system, userId);
  if (user === undefined || user.disabledAt !== null) {
    throw staleToken();
  }
  await requireGoodPassword("password", password, user.email);
  const passwordHash = await hashPassword(password);
  inTransaction(system, () => {
    // Hashing takes time, and another request may have used the link in the meantime.
    if (ownerOfToken(system, tokenHash, now) !== user.id) {
      throw staleToken();
    }
    replacePassword(system, user.id, passwordHash, now);
    alongside(user.id);
  });
  return user.id;
}

/**
 * Sets a person's password without any check, for the operator at the console. Ends all sessions and open links.
 * Returns the person's id.
 *
 * @throws AppError `invalid_input` when the password is too weak.
 */
export async function forcePassword(
  system: Connection,
  userId: string,
  password: string,
  now: number,
  alongside: () => void = () => undefined,
): Promise<void> {
  const user = findUserById(system, userId);
  if (user === undefined) {
    throw invalidField("email", because("unknown_account"));
  }
  await requireGoodPassword("password", password, user.email);
  const passwordHash = await hashPassword(password);
  inTransaction(system, () => {
    replacePassword(system, user.id, passwordHash, now);
    alongside();
  });
}

function replacePassword(
  system: Connection,
  userId: string,
  passwordHash: string,
  now: number,
): void {
  const user = findUserById(system, userId);
  setPasswordHash(system, { id: userId, passwordHash, now });
  useUpTokens(system, userId, now);
  removeSessionsOf(system, userId);
  if (user !== undefined) {
    forgetAttempts(system, accountKey("sign-in", readEmail(user.email).address));
  }
}

function staleToken() {
  return invalidField("token", because("reset_link_stale"));
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

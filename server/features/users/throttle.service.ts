import { createHash } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because } from "../../platform/errors.ts";
import { networkOf } from "../../platform/http/client-address.ts";
import { addAttempt } from "./throttle.store.ts";

export {
  forgetAttempts as forgetTries,
  forgetEndedWindows,
  returnAttempt as giveBackTry,
} from "./throttle.store.ts";

const MINUTE_MS = 60_000;

/** How many attempts are allowed in which time. Attempts are stored as rows, so a restart does not reset them. */
export type Allowance = { tries: number; windowMs: number };

/** From one known browser or one network. */
export const signInPerSource: Allowance = { tries: 10, windowMs: 15 * MINUTE_MS };
/**
 * From all networks together that the account's owner has not used. Beyond this number they must wait; see
 * `consumeSignInAttempts`.
 */
export const signInPerAccount: Allowance = { tries: 50, windowMs: 60 * MINUTE_MS };
/** For one account from one IPv6 provider, because the holder of a /32 has 65,536 customer networks. */
export const signInPerProvider: Allowance = { tries: 20, windowMs: 60 * MINUTE_MS };
export const passwordChange: Allowance = { tries: 10, windowMs: 15 * MINUTE_MS };
export const signInPerAddress: Allowance = { tries: 50, windowMs: 15 * MINUTE_MS };
/** Reset links for one account that one network or known browser may request. */
export const resetPerSource: Allowance = { tries: 5, windowMs: 60 * MINUTE_MS };
export const resetPerProvider: Allowance = { tries: 10, windowMs: 60 * MINUTE_MS };
export const resetPerAccount: Allowance = { tries: 20, windowMs: 60 * MINUTE_MS };
/** When an account's links are used up, this many are still sent. */
export const resetPace: Allowance = { tries: 1, windowMs: 10 * MINUTE_MS };
export const resetPerAddress: Allowance = { tries: 30, windowMs: 60 * MINUTE_MS };

/** The key of an account, whether it exists or not. The address itself is not stored. */
export function accountKey(purpose: "sign-in" | "reset" | "password", address: string): string {
  return `account:${purpose}:${createHash("sha256").update(address).digest("hex")}`;
}

/**
 * The network that one customer controls: a single IPv4 address, or a /48 of IPv6, which contains 65,536 networks of 64
 * bits.
 */
export function siteOf(ip: string): string {
  return networkOf(ip, 48);
}

/** The provider's network of an IPv6 address; undefined for IPv4, where networks are too small to be useful. */
export function providerOf(ip: string): string | undefined {
  const block = networkOf(ip, 32);
  return block === ip ? undefined : block;
}

/** The key of attempts at an account from one network or known browser. */
export function sourceKey(account: string, source: string): string {
  return `${account}:${createHash("sha256").update(source).digest("hex").slice(0, 32)}`;
}

/** The key of the network that an address belongs to. */
export function networkKey(purpose: "sign-in" | "reset", ip: string): string {
  return `ip:${purpose}:${networkOf(ip)}`;
}

/** Consumes an attempt. True when one was left. */
export function consumeAttempt(
  db: Connection,
  key: string,
  allowance: Allowance,
  now: number,
): boolean {
  return addAttempt(db, key, now, allowance.windowMs).failures <= allowance.tries;
}

/** Consumes an attempt. @returns how many there were in the window, including this one. */
export function countAttempt(db: Connection, key: string, windowMs: number, now: number): number {
  return addAttempt(db, key, now, windowMs).failures;
}

/** Consumes an attempt. @throws AppError `rate_limited`, with the seconds to wait, when none was left. */
export function requireAttempt(
  db: Connection,
  key: string,
  allowance: Allowance,
  now: number,
): void {
  const { failures, windowEnd } = addAttempt(db, key, now, allowance.windowMs);
  if (failures > allowance.tries) {
    const retryAfterSeconds = Math.max(1, Math.ceil((windowEnd - now) / 1_000));
    throw new AppError(
      "rate_limited",
      because("too_many_attempts", { minutes: Math.ceil(retryAfterSeconds / 60) }),
      { retryAfterSeconds },
    );
  }
}

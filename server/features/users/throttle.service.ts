import { createHash } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError } from "../../platform/errors.ts";
import { networkOf } from "../../platform/http/client-address.ts";
import { addTry } from "./throttle.store.ts";

export { forgetEndedWindows, forgetTries, giveBackTry } from "./throttle.store.ts";

const MINUTE_MS = 60_000;

/** How many tries in which time. They are rows, so a restart forgives nothing. */
export type Allowance = { tries: number; windowMs: number };

/** From one browser that is known, or from one network. */
export const signInPerSource: Allowance = { tries: 10, windowMs: 15 * MINUTE_MS };
/** From all networks together that are not known to the account. Beyond that they wait, see `takeSignInTries`. */
export const signInPerAccount: Allowance = { tries: 50, windowMs: 60 * MINUTE_MS };
/** From one IPv6 provider, for one account: whoever has a /32 has 65,536 networks of a customer. */
export const signInPerProvider: Allowance = { tries: 20, windowMs: 60 * MINUTE_MS };
export const passwordChange: Allowance = { tries: 10, windowMs: 15 * MINUTE_MS };
export const signInPerAddress: Allowance = { tries: 50, windowMs: 15 * MINUTE_MS };
/** Links for one account that one network, or one browser that is known, may ask for. */
export const resetPerSource: Allowance = { tries: 5, windowMs: 60 * MINUTE_MS };
export const resetPerProvider: Allowance = { tries: 10, windowMs: 60 * MINUTE_MS };
export const resetPerAccount: Allowance = { tries: 20, windowMs: 60 * MINUTE_MS };
/** When an account's links are used up, this many still go. */
export const resetPace: Allowance = { tries: 1, windowMs: 10 * MINUTE_MS };
export const resetPerAddress: Allowance = { tries: 30, windowMs: 60 * MINUTE_MS };

/** The key of an account, whether it exists or not; the address itself is not kept. */
export function accountKey(purpose: "sign-in" | "reset" | "password", address: string): string {
  return `account:${purpose}:${createHash("sha256").update(address).digest("hex")}`;
}

/**
 * The network of an address as its owner has it: an IPv4 address, or the 48 bits of an IPv6 customer, who has 65,536
 * networks of 64 bits to try from.
 */
export function siteOf(ip: string): string {
  return networkOf(ip, 48);
}

/** The provider's block that an IPv6 address is from; undefined for IPv4, whose blocks are too small to tell anything. */
export function providerOf(ip: string): string | undefined {
  const block = networkOf(ip, 32);
  return block === ip ? undefined : block;
}

/** The key of an account as one network, or one known browser, tries it. */
export function sourceKey(account: string, source: string): string {
  return `${account}:${createHash("sha256").update(source).digest("hex").slice(0, 32)}`;
}

/** The key of the network that an address belongs to. */
export function networkKey(purpose: "sign-in" | "reset", ip: string): string {
  return `ip:${purpose}:${networkOf(ip)}`;
}

/** True when there was a try left; it is used up now. */
export function hasTry(db: Connection, key: string, allowance: Allowance, now: number): boolean {
  return addTry(db, key, now, allowance.windowMs).failures <= allowance.tries;
}

/** Uses up a try. @returns how many there were in the window, this one included. */
export function countTry(db: Connection, key: string, windowMs: number, now: number): number {
  return addTry(db, key, now, windowMs).failures;
}

/** Uses up a try. @throws AppError `rate_limited`, with the seconds to wait, when none was left. */
export function takeTry(db: Connection, key: string, allowance: Allowance, now: number): void {
  const { failures, windowEnd } = addTry(db, key, now, allowance.windowMs);
  if (failures > allowance.tries) {
    const retryAfterSeconds = Math.max(1, Math.ceil((windowEnd - now) / 1_000));
    const minutes = Math.ceil(retryAfterSeconds / 60);
    throw new AppError(
      "rate_limited",
      `Too many attempts. Wait ${minutes} ${minutes === 1 ? "minute" : "minutes"}, or reset the password.`,
      { retryAfterSeconds },
    );
  }
}

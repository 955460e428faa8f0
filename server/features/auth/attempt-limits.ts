import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because } from "../../platform/errors.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import type { AuditLog } from "../ports.ts";
import { sessionsOf } from "../users/sessions.service.ts";
import {
  type Allowance,
  accountKey,
  consumeAttempt,
  countAttempt,
  networkKey,
  providerOf,
  requireAttempt,
  resetPace,
  resetPerAccount,
  resetPerAddress,
  resetPerProvider,
  resetPerSource,
  signInPerAccount,
  signInPerAddress,
  signInPerProvider,
  signInPerSource,
  siteOf,
  sourceKey,
} from "../users/throttle.service.ts";
import { knownDevice } from "./known-device.ts";

/** The kind of job that warns a person that someone is guessing their password. */
export const GUESSING_NOTICE = "auth.guessing-notice";

const MINUTE_MS = 60_000;
/** After this many attempts beyond an account's allowance, the wait for unknown networks doubles. */
const TRIES_TO_DOUBLE = 50;
const LONGEST_WAIT_MS = 15 * MINUTE_MS;
const onceADay: Allowance = { tries: 1, windowMs: 24 * 60 * MINUTE_MS };

type LimitDesk = {
  system: Connection;
  keyRing: KeyRing;
  audit: AuditLog;
  jobs: JobQueue;
  clock: Clock;
};
/** The account that a sign-in attempt is for. `userId` is undefined when no account has the address. */
type Tried = { address: string; userId: string | undefined };
type From = { ip: string; cookie: string | null };

/** What an attempt consumed. It is given back if the password was right. */
export type ConsumedAttempts = {
  /** Limiter keys to reset. */
  own: string[];
  /** Limiter keys that get one attempt back. Others consume from them as well, so they are not reset. */
  shared: string[];
  /** True for a browser or network that the account's owner has used before. */
  isKnown: boolean;
};

/**
 * Consumes one attempt at an account's password. A known browser has attempts of its own, and so has a network from
 * which the person is currently signed in. All other networks share the account's allowance for strangers and must
 * wait when it is used up.
 *
 * @throws AppError `rate_limited`.
 */
export function consumeSignInAttempts(desk: LimitDesk, tried: Tried, from: From): ConsumedAttempts {
  const { system, keyRing, clock } = desk;
  const now = clock();
  const account = accountKey("sign-in", tried.address);
  const device = deviceOf(keyRing, tried.userId, from);
  if (device !== undefined) {
    const key = sourceKey(account, device);
    requireAttempt(system, key, signInPerSource, now);
    return { own: [key], shared: [], isKnown: true };
  }
  const network = networkKey("sign-in", from.ip);
  const here = sourceKey(account, siteOf(from.ip));
  requireAttempt(system, network, signInPerAddress, now);
  requireAttempt(system, here, signInPerSource, now);
  if (isKnownNetwork(system, tried.userId, from.ip)) {
    return { own: [here], shared: [network], isKnown: true };
  }
  const provider = providerOf(from.ip);
  const shared = [network, account];
  if (provider !== undefined) {
    const key = sourceKey(account, provider);
    requireAttempt(system, key, signInPerProvider, now);
    shared.push(key);
  }
  takeStrangersTry(desk, tried, account);
  return { own: [here], shared, isKnown: false };
}

/**
 * Beyond the allowance, one attempt is let through after each wait, no matter who makes it, and the waits grow with
 * the number of attempts. When the allowance is first used up, an audit entry and one mail are written.
 */
function takeStrangersTry(desk: LimitDesk, { userId }: Tried, account: string): void {
  const { system, clock } = desk;
  const now = clock();
  const excess =
    countAttempt(system, account, signInPerAccount.windowMs, now) - signInPerAccount.tries;
  if (excess <= 0) {
    return;
  }
  const waitMs = MINUTE_MS * 2 ** Math.floor((excess - 1) / TRIES_TO_DOUBLE);
  const allowance = { tries: 1, windowMs: Math.min(LONGEST_WAIT_MS, waitMs) };
  const mayTry = consumeAttempt(system, `${account}:wait`, allowance, now);
  if (excess === 1) {
    tellOfGuessing(desk, userId, account, now);
  }
  if (!mayTry || excess === 1) {
    throw new AppError("rate_limited", because("too_many_strangers"), {
      retryAfterSeconds: Math.ceil(allowance.windowMs / 1_000),
    });
  }
}

/**
 * A job is queued whether the account exists or not, so that the response time does not reveal it. A password reset
 * does the same.
 */
function tellOfGuessing(
  { system, audit, jobs }: LimitDesk,
  userId: string | undefined,
  account: string,
  now: number,
): void {
  if (!consumeAttempt(system, `${account}:told`, onceADay, now)) {
    return;
  }
  if (userId !== undefined) {
    const detail = { tries: signInPerAccount.tries };
    const action = "session.guessing";
    audit.record({ actorId: null, workspaceId: null, action, target: userId, detail });
  }
  jobs.enqueue(GUESSING_NOTICE, null, { userId: userId ?? null });
}

/**
 * Whether a password reset link may be mailed to the account. Each network has its own allowance. When strangers have
 * used up the account's allowance, its owner still gets one link every ten minutes, so that there is always a recent
 * one that works. A known browser is not affected by any of this.
 *
 * @throws AppError `rate_limited` after 30 requests per network in an hour.
 */
export function mayMailReset(desk: LimitDesk, tried: Tried, from: From): boolean {
  const { system, keyRing, clock } = desk;
  const now = clock();
  const account = accountKey("reset", tried.address);
  const device = deviceOf(keyRing, tried.userId, from);
  if (device !== undefined) {
    return consumeAttempt(system, sourceKey(account, device), resetPerSource, now);
  }
  requireAttempt(system, networkKey("reset", from.ip), resetPerAddress, now);
  if (!consumeAttempt(system, sourceKey(account, siteOf(from.ip)), resetPerSource, now)) {
    return false;
  }
  const provider = providerOf(from.ip);
  const isProviderUsedUp =
    provider !== undefined &&
    !consumeAttempt(system, sourceKey(account, provider), resetPerProvider, now);
  if (!isProviderUsedUp && consumeAttempt(system, account, resetPerAccount, now)) {
    return true;
  }
  return consumeAttempt(system, `${account}:pace`, resetPace, now);
}

function deviceOf(
  keyRing: KeyRing,
  userId: string | undefined,
  { cookie }: From,
): string | undefined {
  return userId === undefined ? undefined : knownDevice(keyRing, userId, cookie);
}

/** True when the person is currently signed in from this network. */
function isKnownNetwork(system: Connection, userId: string | undefined, ip: string): boolean {
  const site = siteOf(ip);
  const rows = userId === undefined ? [] : sessionsOf(system, userId);
  return rows.some((row) => siteOf(row.ip) === site);
}

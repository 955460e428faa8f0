import type { Config } from "../../config.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { networkOf } from "../../platform/http/client-address.ts";
import type { JobQueue } from "../../platform/scheduler/job-queue.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { isSetUp, publicUrlOf } from "../instance/instance.service.ts";
import type { AuditLog, Sessions } from "../ports.ts";
import { setPasswordByToken } from "../users/reset.service.ts";
import { removeSessionOf, removeSessionsOf, sessionsOf } from "../users/sessions.service.ts";
import {
  accountKey,
  forgetTries,
  giveBackTry,
  passwordChange,
  requireAttempt,
} from "../users/throttle.service.ts";
import {
  findUserByAddress,
  findUserById,
  hashPassword,
  isPassword,
  readEmail,
  requireGoodPassword,
  setPasswordHash,
  setProfile,
  type UserRow,
} from "../users/users.service.ts";
import { workspacesForPerson } from "../workspaces/workspaces.service.ts";
import { consumeSignInAttempts, mayMailReset } from "./attempt-limits.ts";
import { HashTurns } from "./hash-turns.ts";
import { deviceCookie } from "./known-device.ts";
import { refuseOnHold } from "./system-hold.service.ts";

/** The kind of job that mails a password reset link. */
export const RESET_MAIL = "auth.reset-mail";

/** The kind of job that tells a person that their password was changed. */
export const PASSWORD_NOTICE = "auth.password-notice";

export type AuthDesk = {
  config: Config;
  system: Connection;
  keyRing: KeyRing;
  sessions: Sessions;
  audit: AuditLog;
  jobs: JobQueue;
  clock: Clock;
};

const hashTurns = new HashTurns();

/** The network and browser of a request, with its cookies. */
export type Origin = { ip: string; userAgent: string; cookie: string | null };

/** The response that describes the signed-in person. */
export function toUser(user: UserRow) {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    locale: user.locale,
    isAdmin: user.isAdmin === 1,
  };
}

/**
 * Starts a session. A wrong address and a wrong password get the same answer after the same work. The cookies also mark
 * this browser as known: it then has attempts of its own that nobody else can use up.
 *
 * @throws AppError `unauthenticated`; `rate_limited` after 10 attempts in 15 minutes from one known browser, or for one
 * account from one network; 50 from one network; 50 an hour for one account from all unknown networks together;
 * `on_hold` like `openSession`; `unavailable` when too many people sign in at once.
 */
export async function signIn(
  desk: AuthDesk,
  credentials: { email: string; password: string },
  from: Origin,
) {
  const { system } = desk;
  const address = addressOrAsTyped(credentials.email);
  const user = findUserByAddress(system, address);
  const keys = consumeSignInAttempts(desk, { address, userId: user?.id }, from);
  const matches = await hashTurns.run(
    () => isPassword(credentials.password, user?.passwordHash),
    keys.isKnown,
  );
  if (user === undefined || !matches || !hasSamePassword(system, user)) {
    recordRefusal(desk, user?.id, from);
    throw new AppError("unauthenticated", because("wrong_credentials"));
  }
  for (const key of keys.own) {
    forgetTries(system, key);
  }
  for (const key of keys.shared) {
    giveBackTry(system, key);
  }
  const session = await openSession(desk, user.id, from);
  const device = deviceCookie(desk.keyRing, user.id, isSecure(desk));
  return { user: toUser(user), setCookies: [session.setCookie, device] };
}

/**
 * True when the account still has the password that was compared. Comparing takes time, and the password may have been
 * reset in the meantime.
 */
function hasSamePassword(system: Connection, { id, passwordHash }: UserRow): boolean {
  const now = findUserById(system, id);
  return now?.passwordHash === passwordHash && now.disabledAt === null;
}

/**
 * Attempts at accounts that do not exist get no audit entry. The rate limits also limit how many entries the others can
 * cause.
 */
function recordRefusal(desk: AuthDesk, userId: string | undefined, from: Origin): void {
  if (userId !== undefined) {
    const entry = {
      actorId: null,
      workspaceId: null,
      action: "session.refuse",
      target: userId,
    } as const;
    desk.audit.record({ ...entry, detail: { network: networkOf(from.ip) } });
  }
}

/**
 * Starts a session for a person whose identity has already been proven.
 *
 * @throws AppError `on_hold` for most people while an older copy of system.db waits for its administrator.
 */
export async function openSession(desk: AuthDesk, userId: string, from: Origin) {
  refuseOnHold(desk.system, requireUser(desk.system, userId));
  const session = await desk.sessions.open(userId, { ...from, isSecure: isSecure(desk) });
  desk.audit.record({ actorId: userId, workspaceId: null, action: "session.open", target: userId });
  return session;
}

/** Ends this browser's session, if any. Returns the cookie that clears it. */
export async function signOut(desk: AuthDesk, cookieHeader: string | null): Promise<string> {
  const session = await desk.sessions.read(cookieHeader);
  if (session !== undefined) {
    const { userId, idHash } = session;
    inTransaction(desk.system, () => {
      removeSessionOf(desk.system, userId, idHash);
      const entry = { actorId: userId, workspaceId: null, action: "session.close" } as const;
      desk.audit.record({ ...entry, target: userId });
    });
  }
  return desk.sessions.blankCookie(isSecure(desk));
}

/** Ends all sessions of a person, including this one. Returns the cookie that clears this browser's session. */
export function signOutEverywhere(desk: AuthDesk, userId: string): string {
  inTransaction(desk.system, () => {
    const ended = removeSessionsOf(desk.system, userId);
    const entry = { actorId: userId, workspaceId: null, action: "session.close-all" } as const;
    desk.audit.record({ ...entry, target: userId, detail: { ended } });
  });
  return desk.sessions.blankCookie(isSecure(desk));
}

/** What the interface needs to know about the signed-in person and their workspaces. */
export function readMe(desk: AuthDesk, userId: string) {
  const user = requireUser(desk.system, userId);
  const workspaces = workspacesForPerson(desk.system, userId).map((workspace) => ({
    id: workspace.id,
    name: workspace.name,
    role: workspace.role,
    timeZone: workspace.timeZone,
    organizationId: workspace.organizationId,
    organizationName: workspace.organizationName,
  }));
  return { user: toUser(user), workspaces, instance: { setupDone: isSetUp(desk.system) } };
}

/** Changes the given parts of a person's own profile. */
export function changeMe(
  desk: AuthDesk,
  userId: string,
  change: { name?: string | undefined; locale?: string | undefined },
) {
  const user = requireUser(desk.system, userId);
  const name = change.name?.trim() ?? user.name;
  if (name === "") {
    throw invalidField("name", because("empty"));
  }
  const locale = change.locale ?? user.locale;
  inTransaction(desk.system, () => {
    setProfile(desk.system, { id: userId, name, locale, now: desk.clock() });
    const detail = { fields: Object.keys(change) };
    const entry = { actorId: userId, workspaceId: null, action: "user.change", detail } as const;
    desk.audit.record({ ...entry, target: userId });
  });
  return readMe(desk, userId);
}

/**
 * Accepts a request for a password reset. Answer and work are the same whether the account exists or not: a job is
 * queued either way, and for an unknown address it does nothing.
 *
 * @throws AppError `rate_limited` after 30 requests per network in an hour.
 */
export function askForReset(desk: AuthDesk, email: string, from: Origin): void {
  const address = addressOrAsTyped(email);
  const user = findUserByAddress(desk.system, address);
  const mayMail = mayMailReset(desk, { address, userId: user?.id }, from);
  const userId = user === undefined || user.disabledAt !== null || !mayMail ? null : user.id;
  desk.jobs.enqueue(RESET_MAIL, null, { userId });
}

/**
 * Sets a new password with a mailed link and marks the browser as known, so that its owner can sign in while others
 * guess.
 * @throws the errors of `setPasswordByToken`.
 */
export async function resetPassword(
  desk: AuthDesk,
  token: string,
  password: string,
): Promise<{ setCookie: string }> {
  const { system, audit, jobs, clock } = desk;
  const userId = await setPasswordByToken(system, { token, password }, clock(), (id) => {
    const entry = { actorId: id, workspaceId: null, action: "user.reset-password" } as const;
    audit.record({ ...entry, target: id });
    jobs.enqueue(PASSWORD_NOTICE, null, { userId: id });
  });
  return { setCookie: deviceCookie(desk.keyRing, userId, isSecure(desk)) };
}

/**
 * Changes the signed-in person's password and ends all their other sessions.
 *
 * @throws AppError `invalid_input` for a wrong current password or a weak new one; `rate_limited` like `signIn`;
 * `changed_meanwhile` when the password was reset at the same moment.
 */
export async function changePassword(
  desk: AuthDesk,
  userId: string,
  change: { current: string; next: string },
  cookieHeader: string | null,
): Promise<void> {
  const { system, clock } = desk;
  const user = requireUser(system, userId);
  const account = accountKey("password", readEmail(user.email).address);
  requireAttempt(system, account, passwordChange, clock());
  if (!(await isPassword(change.current, user.passwordHash))) {
    throw invalidField("current", because("not_your_password"));
  }
  await requireGoodPassword("next", change.next, user.email);
  const passwordHash = await hashPassword(change.next);
  const session = await desk.sessions.read(cookieHeader);
  inTransaction(system, () => {
    if (!hasSamePassword(system, user)) {
      throw new AppError("changed_meanwhile", because("password_changed"));
    }
    forgetTries(system, account);
    setPasswordHash(system, { id: userId, passwordHash, now: clock() });
    const ended = removeSessionsOf(system, userId, session?.idHash);
    const entry = { actorId: userId, workspaceId: null, action: "user.change-password" } as const;
    desk.audit.record({ ...entry, target: userId, detail: { ended } });
    desk.jobs.enqueue(PASSWORD_NOTICE, null, { userId });
  });
}

/** A person's active sessions, newest first, marking the current one. */
export async function listSessions(desk: AuthDesk, userId: string, cookieHeader: string | null) {
  const current = await desk.sessions.read(cookieHeader);
  const items = sessionsOf(desk.system, userId)
    .filter((row) => row.expiresAt > desk.clock())
    .map((row) => ({
      id: row.idHash,
      createdAt: row.createdAt,
      expiresAt: row.expiresAt,
      ip: row.ip,
      userAgent: row.userAgent,
      current: row.idHash === current?.idHash,
    }));
  return { items };
}

/** Ends one session of a person. @throws AppError `not_found` when it is not theirs. */
export function endSession(desk: AuthDesk, userId: string, idHash: string): void {
  inTransaction(desk.system, () => {
    if (!removeSessionOf(desk.system, userId, idHash)) {
      throw notFound("session");
    }
    const entry = { actorId: userId, workspaceId: null, action: "session.close" } as const;
    desk.audit.record({ ...entry, target: userId });
  });
}

function requireUser(system: Connection, userId: string): UserRow {
  const user = findUserById(system, userId);
  if (user === undefined) {
    throw notFound("account");
  }
  return user;
}

function isSecure(desk: AuthDesk): boolean {
  return publicUrlOf(desk.config, desk.system).startsWith("https://");
}

/** A malformed address at sign-in is treated as an unknown address: a separate error would only help an attacker. */
function addressOrAsTyped(email: string): string {
  try {
    return readEmail(email).address;
  } catch {
    return email;
  }
}

// The only file that uses lucia. It is deprecated upstream, so we use little of it: the lifetime of a session and its
// cookie. Storage is our own.

import { createHash } from "node:crypto";
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from "lucia";
import type { Connection } from "../../platform/db/driver.ts";
import type { Sessions } from "../ports.ts";
import {
  addSession,
  findSession,
  moveExpiry,
  removeExpiredSessions,
  removeSession,
  removeSessionsOf,
  sessionsOf,
} from "./sessions.store.ts";

export {
  removeAllSessions,
  removeExpiredSessions,
  removeSessionOf,
  removeSessionsOf,
  sessionsOf,
} from "./sessions.store.ts";

declare module "lucia" {
  interface Register {
    Lucia: Lucia<Record<never, never>, { isAdmin: boolean }>;
    DatabaseSessionAttributes: { createdAt: number; ip: string; userAgent: string };
    DatabaseUserAttributes: { isAdmin: boolean };
  }
}

const COOKIE = "swiftmail_session";
const LIFE = new TimeSpan(30, "d");
const MAX_USER_AGENT_CHARS = 300;

/**
 * @param canWrite False on a node whose system.db is a replica. Lucia extends a session and deletes an expired one
 * when it is read. On a replica both are skipped, since the primary does them at its next read.
 */
export function createSessions(system: Connection, canWrite: () => boolean): Sessions {
  const adapter = fencedAdapter(system, canWrite);
  const lucia = (isSecure: boolean) =>
    new Lucia(adapter, {
      sessionExpiresIn: LIFE,
      // The row decides when a session ends. A cookie with the same expiry would have to be set again at each
      // renewal.
      sessionCookie: { name: COOKIE, expires: false, attributes: { secure: isSecure } },
      getUserAttributes: ({ isAdmin }) => ({ isAdmin }),
    });
  const secure = lucia(true);
  const plain = lucia(false);
  return {
    async open(userId, { ip, userAgent, isSecure }) {
      const session = await secure.createSession(userId, {
        createdAt: Date.now(),
        ip,
        userAgent: userAgent.slice(0, MAX_USER_AGENT_CHARS),
      });
      return { setCookie: (isSecure ? secure : plain).createSessionCookie(session.id).serialize() };
    },
    async read(cookieHeader) {
      const id = cookieHeader === null ? null : secure.readSessionCookie(cookieHeader);
      if (id === null) {
        return undefined;
      }
      const { session, user } = await secure.validateSession(id);
      return session === null
        ? undefined
        : { idHash: hashOf(id), userId: user.id, isAdmin: user.isAdmin };
    },
    blankCookie: (isSecure) => (isSecure ? secure : plain).createBlankSessionCookie().serialize(),
  };
}

function hashOf(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}

function fencedAdapter(system: Connection, canWrite: () => boolean): Adapter {
  return {
    async getSessionAndUser(id) {
      const row = findSession(system, hashOf(id));
      if (row === undefined) {
        return [null, null];
      }
      const session = {
        id,
        userId: row.userId,
        expiresAt: new Date(row.expiresAt),
        attributes: row,
      };
      return [session, { id: row.userId, attributes: { isAdmin: row.isAdmin === 1 } }];
    },
    async getUserSessions(userId) {
      return sessionsOf(system, userId).map(
        (row): DatabaseSession => ({
          id: row.idHash,
          userId,
          expiresAt: new Date(row.expiresAt),
          attributes: row,
        }),
      );
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      addSession(system, {
        idHash: hashOf(id),
        userId,
        expiresAt: expiresAt.getTime(),
        createdAt: attributes.createdAt,
        ip: attributes.ip,
        userAgent: attributes.userAgent,
      });
    },
    async updateSessionExpiration(id, expiresAt) {
      if (canWrite()) {
        moveExpiry(system, hashOf(id), expiresAt.getTime());
      }
    },
    async deleteSession(id) {
      if (canWrite()) {
        removeSession(system, hashOf(id));
      }
    },
    async deleteUserSessions(userId) {
      removeSessionsOf(system, userId);
    },
    async deleteExpiredSessions() {
      removeExpiredSessions(system, Date.now());
    },
  };
}

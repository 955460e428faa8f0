import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type SessionRow = {
  idHash: string;
  userId: string;
  expiresAt: number;
  createdAt: number;
  ip: string;
  userAgent: string;
};

const columns = `session.id_hash AS idHash, session.user_id AS userId,
  session.expires_at AS expiresAt, session.created_at AS createdAt, session.ip,
  session.user_agent AS userAgent`;

const selectWithUser = statement<[idHash: string], SessionRow & { isAdmin: 0 | 1 }>(`
  SELECT ${columns}, user.is_admin AS isAdmin
    FROM session
    JOIN user ON user.id = session.user_id
   WHERE session.id_hash = ? AND user.disabled_at IS NULL
`);

const selectOfUser = statement<[userId: string], SessionRow>(`
  SELECT ${columns} FROM session WHERE user_id = ? ORDER BY created_at DESC
`);

const insertSession = statement<[SessionRow]>(`
  INSERT INTO session (id_hash, user_id, expires_at, created_at, ip, user_agent)
  VALUES (@idHash, @userId, @expiresAt, @createdAt, @ip, @userAgent)
`);

const updateExpiry = statement<[{ idHash: string; expiresAt: number }]>(`
  UPDATE session SET expires_at = @expiresAt WHERE id_hash = @idHash
`);

const deleteOne = statement<[idHash: string]>("DELETE FROM session WHERE id_hash = ?");

const deleteOfUser = statement<[{ userId: string; except: string }]>(`
  DELETE FROM session WHERE user_id = @userId AND id_hash <> @except
`);

const deleteOneOfUser = statement<[{ userId: string; idHash: string }]>(`
  DELETE FROM session WHERE user_id = @userId AND id_hash = @idHash
`);

const deleteAll = statement<[]>("DELETE FROM session");

const deleteExpired = statement<[now: number]>("DELETE FROM session WHERE expires_at <= ?");

export function findSession(
  db: Connection,
  idHash: string,
): (SessionRow & { isAdmin: 0 | 1 }) | undefined {
  return selectWithUser(db).get(idHash);
}

export function sessionsOf(db: Connection, userId: string): SessionRow[] {
  return selectOfUser(db).all(userId);
}

export function addSession(db: Connection, session: SessionRow): void {
  insertSession(db).run(session);
}

export function moveExpiry(db: Connection, idHash: string, expiresAt: number): void {
  updateExpiry(db).run({ idHash, expiresAt });
}

export function removeSession(db: Connection, idHash: string): void {
  deleteOne(db).run(idHash);
}

/** Ends a person's sessions, except the one with the hash `except` ('' = none). Returns how many. */
export function removeSessionsOf(db: Connection, userId: string, except = ""): number {
  return deleteOfUser(db).run({ userId, except }).changes;
}

/** False when it is not a session of that person. */
export function removeSessionOf(db: Connection, userId: string, idHash: string): boolean {
  return deleteOneOfUser(db).run({ userId, idHash }).changes === 1;
}

/** Ends everybody's sessions. Returns how many. */
export function removeAllSessions(db: Connection): number {
  return deleteAll(db).run().changes;
}

export function removeExpiredSessions(db: Connection, now: number): number {
  return deleteExpired(db).run(now).changes;
}

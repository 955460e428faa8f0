import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

export type NewSignup = {
  formId: number;
  email: string;
  address: string;
  /** JSON: SignupData. */
  data: string;
  /** JSON array. */
  listIds: string;
  proven: number;
  consentVersion: number;
  ip: string;
  userAgent: string;
  createdAt: number;
  expiresAt: number;
};

export type SignupState = "new" | "waiting" | "done" | "ignored";

export type SignupRow = NewSignup & {
  id: number;
  state: SignupState;
  mailedAt: number | null;
  messageId: string;
  welcomedAt: number | null;
  confirmedAt: number | null;
  contactId: number | null;
};

const insertRow = statement<[NewSignup]>(`
  INSERT INTO form_signup (form_id, state, email, address, data, list_ids, proven, consent_version, ip,
                           user_agent, created_at, expires_at)
  VALUES (@formId, 'new', @email, @address, @data, @listIds, @proven, @consentVersion, @ip,
          @userAgent, @createdAt, @expiresAt)
`);

const deleteOld = statement<[before: number]>(`
  DELETE FROM form_signup
   WHERE id IN (SELECT id FROM form_signup WHERE created_at < ? ORDER BY created_at LIMIT 100)
`);

const selectOne = statement<[id: number], SignupRow>(`
  SELECT id, form_id AS formId, state, email, address, data, list_ids AS listIds, proven,
         consent_version AS consentVersion, ip, user_agent AS userAgent, created_at AS createdAt,
         expires_at AS expiresAt, mailed_at AS mailedAt, message_id AS messageId,
         welcomed_at AS welcomedAt, confirmed_at AS confirmedAt, contact_id AS contactId
    FROM form_signup
   WHERE id = ?
`);

// By form, because the index begins with it.
const selectNew = statement<[now: number], { id: number }>(`
  SELECT form_signup.id FROM form
    JOIN form_signup ON form_signup.form_id = form.id AND form_signup.state = 'new'
   WHERE form_signup.expires_at > ?
`);

const selectWaiting = statement<[formId: number, now: number], { n: number }>(`
  SELECT count(*) AS n FROM form_signup WHERE form_id = ? AND state = 'waiting' AND expires_at > ?
`);

/** Sign-ups that nobody has looked at yet and that have not expired. */
export function newSignups(db: Connection, now: number): number[] {
  return selectNew(db)
    .all(now)
    .map(({ id }) => id);
}

/** Stores a sign-up and deletes some of those before `forgetBefore`. Returns its id. */
export function insertSignup(db: Connection, signup: NewSignup, forgetBefore: number): number {
  deleteOld(db).run(forgetBefore);
  return Number(insertRow(db).run(signup).lastInsertRowid);
}

export function findSignup(db: Connection, id: number): SignupRow | undefined {
  return selectOne(db).get(id);
}

/** Unconfirmed sign-ups whose link still works. */
export function waitingSignups(db: Connection, formId: number, now: number): number {
  return selectWaiting(db).get(formId, now)?.n ?? 0;
}

const setState = statement<[state: SignupState, id: number]>(
  "UPDATE form_signup SET state = ? WHERE id = ?",
);
const setMailed = statement<[state: SignupState, at: number, messageId: string, id: number]>(
  "UPDATE form_signup SET state = ?, mailed_at = ?, message_id = ? WHERE id = ?",
);
const setDone = statement<[at: number, contactId: number, id: number]>(`
  UPDATE form_signup SET state = 'done', confirmed_at = ?, contact_id = ?
   WHERE id = ? AND state IN ('new', 'waiting')
`);
const setWelcomed = statement<[at: number, id: number]>(
  "UPDATE form_signup SET welcomed_at = ? WHERE id = ?",
);

const deleteOne = statement<[id: number]>("DELETE FROM form_signup WHERE id = ?");

/** Deletes a sign-up completely. */
export function forgetSignup(db: Connection, id: number): void {
  deleteOne(db).run(id);
}

export function moveSignup(db: Connection, id: number, state: SignupState): void {
  setState(db).run(state, id);
}

export function markMailed(
  db: Connection,
  id: number,
  mailed: { state: SignupState; at: number; messageId: string },
): void {
  setMailed(db).run(mailed.state, mailed.at, mailed.messageId, id);
}

/** False when it was already completed or ignored. */
export function markDone(db: Connection, id: number, at: number, contactId: number): boolean {
  return setDone(db).run(at, contactId, id).changes === 1;
}

export function markWelcomed(db: Connection, id: number, at: number): void {
  setWelcomed(db).run(at, id);
}

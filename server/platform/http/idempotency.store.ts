import type { Connection } from "../db/driver.ts";
import { inTransaction, statement } from "../db/statements.ts";

type Entry = { scope: string; key: string };

const insertEntry = statement<[Entry & { requestHash: string; now: number }]>(`
  INSERT INTO idempotency_key (scope, key, request_hash, created_at)
  VALUES (@scope, @key, @requestHash, @now)
  ON CONFLICT (scope, key) DO NOTHING
`);

const selectEntry = statement<
  [scope: string, key: string],
  { requestHash: string; status: number | null; body: string | null; createdAt: number }
>(`
  SELECT request_hash AS requestHash, status, body, created_at AS createdAt
    FROM idempotency_key
   WHERE scope = ? AND key = ?
`);

const updateAnswer = statement<[Entry & { status: number; body: string }]>(`
  UPDATE idempotency_key
     SET status = @status, body = @body
   WHERE scope = @scope AND key = @key
`);

const removeEntry = statement<[Entry]>(`
  DELETE FROM idempotency_key
   WHERE scope = @scope AND key = @key AND status IS NULL
`);

const removeOld = statement<[{ before: number; limit: number }]>(`
  DELETE FROM idempotency_key
   WHERE (scope, key) IN (SELECT scope, key
                            FROM idempotency_key
                           WHERE created_at < @before
                           ORDER BY created_at
                           LIMIT @limit)
`);

/** The state of a key: newly claimed by the caller, used by a running request, or answered. */
export type Claim =
  | { kind: "claimed" }
  | { kind: "running"; since: number }
  | { kind: "other_request" }
  | { kind: "answered"; status: number; body: string };

const SWEEP = 20;

/** Claims a key for a request, or returns its state. Also deletes a few keys older than `forgetBefore`. */
export function claimKey(
  system: Connection,
  entry: Entry & { requestHash: string; now: number; forgetBefore: number },
): Claim {
  const { scope, key, requestHash, now } = entry;
  return inTransaction(system, () => {
    removeOld(system).run({ before: entry.forgetBefore, limit: SWEEP });
    if (insertEntry(system).run({ scope, key, requestHash, now }).changes === 1) {
      return { kind: "claimed" };
    }
    const found = selectEntry(system).get(scope, key);
    if (found === undefined || found.requestHash !== requestHash) {
      return { kind: "other_request" };
    }
    return found.status === null
      ? { kind: "running", since: found.createdAt }
      : { kind: "answered", status: found.status, body: found.body ?? "" };
  });
}

/** Stores the response of the request that claimed the key. */
export function keepAnswer(
  system: Connection,
  answer: Entry & { status: number; body: string },
): void {
  updateAnswer(system).run(answer);
}

/** Releases a claimed key after its request failed, so that a retry is processed as a new request. */
export function releaseKey(system: Connection, entry: Entry): void {
  removeEntry(system).run(entry);
}

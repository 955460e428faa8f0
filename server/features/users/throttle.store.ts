import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

const countTry = statement<
  [{ key: string; now: number; windowEnd: number }],
  { failures: number; windowEnd: number }
>(`
  INSERT INTO sign_in_failure (key, failures, window_end) VALUES (@key, 1, @windowEnd)
  ON CONFLICT (key) DO UPDATE
     SET failures = CASE WHEN window_end <= @now THEN 1 ELSE failures + 1 END,
         window_end = CASE WHEN window_end <= @now THEN @windowEnd ELSE window_end END
  RETURNING failures, window_end AS windowEnd
`);

// Keys of an account's sources begin with its own key and a colon.
const deleteKey = statement<[{ key: string }]>(`
  DELETE FROM sign_in_failure WHERE key = @key OR (key > @key || ':' AND key < @key || ';')
`);

const takeBackTry = statement<[key: string]>(`
  UPDATE sign_in_failure SET failures = max(0, failures - 1) WHERE key = ?
`);

const deleteEnded = statement<[now: number]>("DELETE FROM sign_in_failure WHERE window_end <= ?");

/** Counts an attempt before it is made, so that simultaneous attempts cannot exceed the limit. */
export function addAttempt(
  db: Connection,
  key: string,
  now: number,
  windowMs: number,
): { failures: number; windowEnd: number } {
  const row = countTry(db).get({ key, now, windowEnd: now + windowMs });
  return row ?? { failures: 0, windowEnd: now };
}

/** Deletes the attempts counted under a key, and under each source of an account. */
export function forgetAttempts(db: Connection, key: string): void {
  deleteKey(db).run({ key });
}

export function returnAttempt(db: Connection, key: string): void {
  takeBackTry(db).run(key);
}

export function forgetEndedWindows(db: Connection, now: number): number {
  return deleteEnded(db).run(now).changes;
}

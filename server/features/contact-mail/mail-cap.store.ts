import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

type Asked = { hash: Buffer; ref: string; at: number; since: number; most: number };

// One statement, so that two messages at the same time cannot both be the last one allowed. A retry is already
// counted.
const insertAsked = statement<[Asked]>(`
  INSERT INTO asked_mail (address_hash, ref, at)
  SELECT @hash, @ref, @at
   WHERE (SELECT count(*) FROM asked_mail
           WHERE address_hash = @hash AND at > @since AND ref <> @ref) < @most
  ON CONFLICT (address_hash, ref) DO UPDATE SET at = excluded.at
`);
const deleteAsked = statement<[before: number]>("DELETE FROM asked_mail WHERE at < ?");

/** Counts a message to the address. False, without counting, when `most` others were sent since then. */
export function countAsked(system: Connection, asked: Asked): boolean {
  return insertAsked(system).run(asked).changes === 1;
}

export function deleteAskedBefore(system: Connection, before: number): void {
  deleteAsked(system).run(before);
}

const selectMails = statement<
  [address: string, since: number, address: string, since: number],
  { n: number }
>(`
  SELECT (SELECT count(*) FROM form_signup WHERE address = ? AND mailed_at >= ?)
       + (SELECT count(*) FROM address_change WHERE address = ? AND mailed_at >= ?) AS n
`);

/** Messages sent to the address since then because somebody entered it in a form. */
export function mailsSince(db: Connection, address: string, since: number): number {
  return selectMails(db).get(address, since, address, since)?.n ?? 0;
}

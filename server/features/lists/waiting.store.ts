import type { Connection } from "../../platform/db/driver.ts";
import { statement } from "../../platform/db/statements.ts";

// Joined by form, so that the index finds the few open sign-ups.
const selectWaitingByList = statement<[now: number], { listId: number; n: number }>(`
  SELECT wanted.value AS listId, count(*) AS n
    FROM form
    JOIN form_signup s ON s.form_id = form.id AND s.state = 'waiting'
    JOIN json_each(s.list_ids) AS wanted
   WHERE s.expires_at > ?
   GROUP BY wanted.value
`);

/** The number of sign-ups per list whose link still works and was not used. Lists without any are omitted. */
export function waitingByList(db: Connection, now: number): Map<number, number> {
  return new Map(
    selectWaitingByList(db)
      .all(now)
      .map(({ listId, n }) => [listId, n]),
  );
}

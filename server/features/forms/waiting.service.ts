import type { Connection } from "../../platform/db/driver.ts";
import { waitingByList } from "./signups.store.ts";

/** The lists with how many signed up by a form and have not confirmed yet: those are no contacts so far. */
export function withWaiting<L extends { id: number }>(
  db: Connection,
  lists: readonly L[],
  now: number,
): (L & { waiting: number })[] {
  const waiting = waitingByList(db, now);
  return lists.map((list) => ({ ...list, waiting: waiting.get(list.id) ?? 0 }));
}

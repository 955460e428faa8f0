import type { Connection } from "../../platform/db/driver.ts";
import { waitingByList } from "./waiting.store.ts";

/** The lists with how many signed up by a form and have not confirmed yet: those are no contacts so far. */
export function withWaiting<L extends { id: number }>(
  db: Connection,
  lists: readonly L[],
  now: number,
): (L & { waiting: number })[] {
  const waiting = waitingByList(db, now);
  return lists.map((list) => ({ ...list, waiting: waiting.get(list.id) ?? 0 }));
}

/** How many have signed up for one list by a form and have not confirmed yet. */
export function waitingFor(db: Connection, listId: number, now: number): number {
  return waitingByList(db, now).get(listId) ?? 0;
}

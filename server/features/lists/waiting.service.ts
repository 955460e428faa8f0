import type { Connection } from "../../platform/db/driver.ts";
import { waitingByList } from "./waiting.store.ts";

/** Adds to each list the number of unconfirmed sign-ups through a form. These people are not contacts yet. */
export function withWaiting<L extends { id: number }>(
  db: Connection,
  lists: readonly L[],
  now: number,
): (L & { waiting: number })[] {
  const waiting = waitingByList(db, now);
  return lists.map((list) => ({ ...list, waiting: waiting.get(list.id) ?? 0 }));
}

/** The number of unconfirmed sign-ups for one list. */
export function waitingFor(db: Connection, listId: number, now: number): number {
  return waitingByList(db, now).get(listId) ?? 0;
}

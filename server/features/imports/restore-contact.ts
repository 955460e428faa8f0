import type { Connection } from "../../platform/db/driver.ts";
import { recordClaims } from "../consent/consent.service.ts";
import { prolongPause } from "../contacts/contacts.service.ts";
import {
  changeMembership,
  createList,
  findListByName,
  restoreMembership,
} from "../lists/lists.service.ts";
import type { FileMembership, Restored } from "./own-file.ts";

/** The import and who started it. */
type By = { source: string; actor: string };

/**
 * Restores a contact's memberships, tags and pause from our own export, in the caller's transaction. Missing lists
 * are created as private ones. For an existing contact the stricter value is kept: unsubscribes stay, and so does a
 * longer pause.
 */
export function restoreContact(
  db: Connection,
  contactId: number,
  restored: Restored,
  by: By,
  now: number,
): void {
  for (const membership of restored.memberships) {
    restoreOne(db, contactId, membership, by, now);
  }
  if (restored.pausedUntil !== undefined && restored.pausedUntil > now) {
    prolongPause(db, contactId, restored.pausedUntil);
  }
  const listId = (name: string) => findListByName(db, name);
  recordClaims(db, contactId, restored.claims, { ...by, listId }, now);
}

function restoreOne(
  db: Connection,
  contactId: number,
  { list, status, since, reason }: FileMembership,
  { source, actor }: By,
  now: number,
): void {
  const listId = findListByName(db, list) ?? createList(db, { name: list }, now).id;
  const change = { listId, contactId, source, reason };
  const isNew = restoreMembership(db, { ...change, status, now: Math.min(since ?? now, now) });
  if (!isNew && status === "unsubscribed") {
    changeMembership(db, { ...change, status, actor, now });
  }
}

import { createHmac } from "node:crypto";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { deriveKey, type KeyRing } from "../../platform/secrets.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { countAsked, deleteAskedBefore, mailsSince } from "./mail-cap.store.ts";

/**
 * How many messages a day one workspace sends to an address because somebody, not necessarily its owner, entered it
 * in a form.
 */
const MAX_OF_WORKSPACE = 3;
/** The same over all workspaces: a person may well sign up with two or three senders of one instance. */
const MAX_OF_INSTANCE = 5;

/** A message about to be sent. `ref` identifies it within its workspace and is the same for each attempt. */
export type AskedMail = { workspaceId: string; address: string; ref: string };

/**
 * False when the address has already got the daily maximum of such messages, from this workspace or from all
 * together. This prevents flooding somebody's inbox through our forms. When true, the message is counted for the
 * instance. That count stores only a keyed hash of the address, so that no workspace's contacts appear in the
 * instance's database.
 */
export function mayMailAddress(
  deps: { databases: Databases; keyRing: KeyRing },
  { workspaceId, address, ref }: AskedMail,
  now: number,
): boolean {
  const since = now - DAY_MS;
  const db = deps.databases.workspace(workspaceId);
  if (mailsSince(db, address, since) >= MAX_OF_WORKSPACE) {
    return false;
  }
  const hash = hashOf(deps.keyRing, address);
  const asked = { hash, ref: `${workspaceId} ${ref}`, at: now, since, most: MAX_OF_INSTANCE };
  return countAsked(deps.databases.system, asked);
}

/** Deletes counts that have expired. */
export function forgetAskedMail(system: Connection, now: number): void {
  deleteAskedBefore(system, now - DAY_MS);
}

function hashOf(keyRing: KeyRing, address: string): Buffer {
  const key = deriveKey(keyRing, keyRing.current, "asked-mail");
  return createHmac("sha256", key).update(address).digest();
}

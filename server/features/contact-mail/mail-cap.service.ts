import { createHmac } from "node:crypto";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { deriveKey, type KeyRing } from "../../platform/secrets.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { countAsked, deleteAskedBefore, mailsSince } from "./mail-cap.store.ts";

/** Messages a day to an address because somebody, perhaps not its owner, entered it somewhere. */
const MAX_OF_WORKSPACE = 3;
/** The same over all workspaces: somebody may well sign up with two or three senders of one instance. */
const MAX_OF_INSTANCE = 5;

/** A message that would go out; `ref` names it within its workspace, the same at each try. */
export type AskedMail = { workspaceId: string; address: string; ref: string };

/**
 * False when the address got as many such messages as it may today, from this workspace or from all together:
 * nobody's inbox is flooded through us. When true, the message is counted for the instance. That count knows
 * addresses by a keyed hash only, so that no workspace's people are in the instance's database.
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

/** Forgets what no longer counts. */
export function forgetAskedMail(system: Connection, now: number): void {
  deleteAskedBefore(system, now - DAY_MS);
}

function hashOf(keyRing: KeyRing, address: string): Buffer {
  const key = deriveKey(keyRing, keyRing.current, "asked-mail");
  return createHmac("sha256", key).update(address).digest();
}

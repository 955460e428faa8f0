import { createHmac, timingSafeEqual } from "node:crypto";
import { deriveKey, type KeyRing } from "../platform/secrets.ts";

const PURPOSE = "test-inbox";

/**
 * The password with which a workspace authenticates to the SMTP listener to reach its test inbox: 256 bits derived from
 * the newest master key, so that it is stored nowhere.
 */
export function inboxPassword(ring: KeyRing, workspaceId: string): string {
  return passwordOf(ring, ring.current, workspaceId);
}

/** True when `password` is the workspace's under any key of the ring. Takes constant time. */
export function isInboxPassword(ring: KeyRing, workspaceId: string, password: string): boolean {
  const given = Buffer.from(password);
  let matches = false;
  for (const keyId of ring.keys.keys()) {
    const right = Buffer.from(passwordOf(ring, keyId, workspaceId));
    if (given.length === right.length && timingSafeEqual(given, right)) {
      matches = true;
    }
  }
  return matches;
}

function passwordOf(ring: KeyRing, keyId: string, workspaceId: string): string {
  return createHmac("sha256", deriveKey(ring, keyId, PURPOSE))
    .update(workspaceId)
    .digest("base64url");
}

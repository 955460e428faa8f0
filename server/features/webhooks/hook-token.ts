import { createHmac, timingSafeEqual } from "node:crypto";
import { deriveKey, type KeyRing } from "../../platform/secrets.ts";

/** What a webhook URL belongs to. A new `generation` invalidates the previous URL. */
export type HookSubject = { workspaceNumber: number; routeId: number; generation: number };

const PURPOSE = "webhook-address";
const MAC_CHARS = 27;

/** The unguessable part of a webhook's URL. It is not stored anywhere. */
export function hookToken(ring: KeyRing, subject: HookSubject): string {
  const name = nameOf(subject);
  return `${name}-${macOf(ring, ring.current, name)}`;
}

/** Reverses `hookToken`; undefined when the token is not ours. Compares in constant time. */
export function readHookToken(ring: KeyRing, token: string): HookSubject | undefined {
  const found = /^(\d{1,12})-(\d{1,12})-(\d{1,9})-([\w-]{27})$/.exec(token);
  if (found === null) {
    return undefined;
  }
  const subject = {
    workspaceNumber: Number(found[1]),
    routeId: Number(found[2]),
    generation: Number(found[3]),
  };
  const given = Buffer.from(found[4] ?? "");
  const isOurs = [...ring.keys.keys()].some((keyId) => {
    const right = Buffer.from(macOf(ring, keyId, nameOf(subject)));
    return timingSafeEqual(given, right);
  });
  return isOurs ? subject : undefined;
}

const nameOf = ({ workspaceNumber, routeId, generation }: HookSubject) =>
  `${workspaceNumber}-${routeId}-${generation}`;

function macOf(ring: KeyRing, keyId: string, name: string): string {
  return createHmac("sha256", deriveKey(ring, keyId, PURPOSE))
    .update(name)
    .digest("base64url")
    .slice(0, MAC_CHARS);
}

import { createHmac, timingSafeEqual } from "node:crypto";
import { deriveKey, type KeyRing } from "../../platform/secrets.ts";

/** Which file a link is for, and until when (unix ms). */
export type Download = {
  workspaceId: string;
  kind: "export" | "privacy";
  id: number;
  /** The id of the `Actor` who made the link; it works only while they may fetch the file themselves. */
  makerId: string;
  expiresAt: number;
};

const PURPOSE = "download-link";

/** A token that fetches one file without signing in, until it expires. */
export function downloadToken(keyRing: KeyRing, download: Download): string {
  const { workspaceId, kind, id, makerId, expiresAt } = download;
  const body = Buffer.from(JSON.stringify([workspaceId, kind, id, expiresAt, makerId])).toString(
    "base64url",
  );
  return `${keyRing.current}.${body}.${sign(keyRing, keyRing.current, body).toString("base64url")}`;
}

/** What a token is for; undefined for one that we did not make, that was changed, or that has expired. */
export function readDownloadToken(
  keyRing: KeyRing,
  token: string,
  now: number,
): Download | undefined {
  const [keyId = "", body = "", signature = ""] = token.split(".");
  if (!keyRing.keys.has(keyId)) {
    return undefined;
  }
  const [given, real] = [Buffer.from(signature, "base64url"), sign(keyRing, keyId, body)];
  if (given.length !== real.length || !timingSafeEqual(given, real)) {
    return undefined;
  }
  // A link from before its maker was in it names nobody, who may fetch nothing.
  const [workspaceId, kind, id, expiresAt, makerId = ""] = JSON.parse(
    Buffer.from(body, "base64url").toString(),
  ) as [string, Download["kind"], number, number, string?];
  return expiresAt > now ? { workspaceId, kind, id, makerId, expiresAt } : undefined;
}

function sign(keyRing: KeyRing, keyId: string, body: string): Buffer {
  return createHmac("sha256", deriveKey(keyRing, keyId, PURPOSE))
    .update(body)
    .digest();
}

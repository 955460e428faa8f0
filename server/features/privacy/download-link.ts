import { createHmac, timingSafeEqual } from "node:crypto";
import { deriveKey, type KeyRing } from "../../platform/secrets.ts";

/** The file that a link downloads, and its expiry (unix ms). */
export type Download = {
  workspaceId: string;
  kind: "export" | "privacy";
  id: number;
  /** The id of the `Actor` who created the link. It works only while they may download the file themselves. */
  makerId: string;
  expiresAt: number;
};

const PURPOSE = "download-link";

/** Creates a token that downloads one file without signing in, until it expires. */
export function downloadToken(keyRing: KeyRing, download: Download): string {
  const { workspaceId, kind, id, makerId, expiresAt } = download;
  const body = Buffer.from(JSON.stringify([workspaceId, kind, id, expiresAt, makerId])).toString(
    "base64url",
  );
  return `${keyRing.current}.${body}.${sign(keyRing, keyRing.current, body).toString("base64url")}`;
}

/** Reads a token; undefined when it is not ours, was altered, or has expired. */
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
  // Links that were created before they contained their creator are refused.
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

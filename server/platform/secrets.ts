import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The master keys: the newest encrypts, all decrypt, so that a key can be rotated. */
export type KeyRing = { current: string; keys: ReadonlyMap<string, Buffer> };

/**
 * Loads the key ring from `file` (default `<dataDir>/master.key`), creating it with one random key, mode
 * 0600, when it does not exist. The file is JSON `{"current":"k1","keys":{"k1":"<base64, 32 bytes>"}}`.
 *
 * @throws Error when the file exists and cannot be understood; it is never overwritten then, because
 *   a new key would make every stored secret unreadable.
 */
export function loadKeyRing(dataDir: string, file?: string): KeyRing {
  const path = file ?? join(dataDir, "master.key");
  if (!existsSync(path)) {
    const fresh = { current: "k1", keys: { k1: randomBytes(KEY_BYTES).toString("base64") } };
    // On the disk before anything is sealed with it: a key lost in a power cut takes every secret along.
    writeFileSync(`${path}.new`, `${JSON.stringify(fresh)}\n`, { mode: 0o600, flush: true });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  }
  const parsed = JSON.parse(readFileSync(path, "utf8")) as {
    current: string;
    keys: Record<string, string>;
  };
  const keys = new Map(
    Object.entries(parsed.keys).map(([id, value]) => [id, Buffer.from(value, "base64")]),
  );
  if (keys.get(parsed.current)?.length !== KEY_BYTES) {
    throw new Error(`the master key file ${path} holds no usable key "${parsed.current}"`);
  }
  return { current: parsed.current, keys };
}

/**
 * Encrypts a secret for storage: `v1.<key id>.<base64url of nonce, AES-256-GCM ciphertext and tag>`.
 *
 * @param purpose Bound to the result, so that a value copied into another column does not decrypt there.
 */
export function encryptSecret(ring: KeyRing, purpose: string, plain: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(ring, ring.current), nonce);
  cipher.setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([
    nonce,
    cipher.update(plain, "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return `v1.${ring.current}.${sealed.toString("base64url")}`;
}

/** Reverses `encryptSecret`. @throws Error when the key is gone, or the value or its purpose was changed. */
export function decryptSecret(ring: KeyRing, purpose: string, stored: string): string {
  const [version, keyId, body] = stored.split(".");
  if (version !== "v1" || keyId === undefined || body === undefined) {
    throw new Error("not an encrypted secret");
  }
  const sealed = Buffer.from(body, "base64url");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    keyOf(ring, keyId),
    sealed.subarray(0, NONCE_BYTES),
  );
  decipher.setAAD(Buffer.from(purpose));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  return Buffer.concat([plain, decipher.final()]).toString("utf8");
}

/** A key for one purpose, derived from one master key (HMAC-SHA-256), so that purposes never share a key. */
export function deriveKey(ring: KeyRing, keyId: string, purpose: string): Buffer {
  return createHmac("sha256", keyOf(ring, keyId)).update(`swiftmail:${purpose}`).digest();
}

function keyOf(ring: KeyRing, keyId: string): Buffer {
  const key = ring.keys.get(keyId);
  if (key === undefined) {
    throw new Error(`the master key "${keyId}" is not in the key file`);
  }
  return key;
}

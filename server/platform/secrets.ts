import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDiskFull } from "./disk-full.ts";
import { messageOf } from "./errors.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The master keys: the newest one encrypts, all of them decrypt, so that the key can be rotated. */
export type KeyRing = { current: string; keys: ReadonlyMap<string, Buffer> };

/** The path of the master key file, unless MASTER_KEY_FILE overrides it. */
export function masterKeyPath(dataDir: string, file?: string): string {
  return file ?? join(dataDir, "master.key");
}

/**
 * Loads the key ring from `file` (default `<dataDir>/master.key`), creating it with one random key if it does not
 * exist. Only for a data folder that contains no encrypted data yet; any other start uses `readKeyRing`.
 *
 * @throws the errors of `readKeyRing`; an existing file is never overwritten.
 */
export function loadKeyRing(dataDir: string, file?: string): KeyRing {
  const path = masterKeyPath(dataDir, file);
  if (!existsSync(path)) {
    const fresh = { current: "k1", keys: { k1: randomBytes(KEY_BYTES).toString("base64") } };
    try {
      // Flushed before anything is encrypted with it: if a power cut lost the key, every secret would be lost.
      writeFileSync(`${path}.new`, `${JSON.stringify(fresh)}\n`, { mode: 0o600, flush: true });
      chmodSync(`${path}.new`, 0o600);
      renameSync(`${path}.new`, path);
    } catch (error) {
      throw isDiskFull(error)
        ? error
        : new Error(
            `the master key file ${path} cannot be created (${messageOf(error)}). Set MASTER_KEY_FILE to a file in a folder that this user may write`,
            { cause: error },
          );
    }
  }
  return readKeyRing(dataDir, file);
}

/**
 * Reads the key ring: JSON `{"current":"k1","keys":{"k1":"<base64, 32 bytes>"}}`. Never creates one, because a new key
 * would make every stored secret unreadable and break every link in sent mail.
 *
 * @throws MasterKeyError when the file is missing, unreadable, or contains a truncated or damaged key.
 */
export function readKeyRing(dataDir: string, file?: string): KeyRing {
  const path = masterKeyPath(dataDir, file);
  let parsed: { current: string; keys: Record<string, string> };
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new MasterKeyError(
      path,
      isMissing ? "is missing" : `cannot be read (${messageOf(error)})`,
    );
  }
  const keys = new Map<string, Buffer>();
  for (const [id, value] of Object.entries(parsed?.keys ?? {})) {
    const key = Buffer.from(String(value), "base64");
    if (key.length !== KEY_BYTES || key.toString("base64") !== value) {
      throw new MasterKeyError(path, `is damaged: its key "${id}" is not 32 bytes in base64`);
    }
    keys.set(id, key);
  }
  if (!keys.has(parsed?.current)) {
    throw new MasterKeyError(path, `is damaged: it does not contain the key "${parsed?.current}"`);
  }
  return { current: parsed.current, keys };
}

/** The master key cannot be used; the message states the file, the problem and the remedy. */
export class MasterKeyError extends Error {
  constructor(path: string, fault: string) {
    super(
      `the master key file ${path} ${fault}. Restore it from your backup: it decrypts the stored relay passwords and DKIM ` +
        "keys, and links in sent mail are signed with it. Nothing was changed",
    );
    this.name = "MasterKeyError";
  }
}

/** Identifies a master key without revealing anything about it. */
export function keyFingerprint(ring: KeyRing, keyId: string): string {
  return deriveKey(ring, keyId, "fingerprint").toString("hex").slice(0, 32);
}

/**
 * Encrypts a secret for storage: `v1.<key id>.<base64url of nonce, AES-256-GCM ciphertext and tag>`.
 *
 * @param purpose Authenticated with the result, so that a value copied into another column cannot be decrypted there.
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

/** Reverses `encryptSecret`. @throws Error when the key is missing, or the value or purpose was changed. */
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

/** Derives a key for one purpose from a master key (HMAC-SHA-256), so that no two purposes share a key. */
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

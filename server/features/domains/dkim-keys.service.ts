// Key pairs of sending domains.
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { because, invalidField } from "../../platform/errors.ts";

export const PRIVATE_KEY_PURPOSE = "sending_domain.dkim_private";

const KEY_BITS = 2048;
/**
 * The shortest key that verifiers must accept (RFC 8301 §3.2). Keys below 2048 bits are only accepted when imported.
 */
const LEAST_BITS = 1024;
const newKeyPair = promisify(generateKeyPair);

/** `publicKey` is the p= of the DNS record: base64 of the SPKI. */
export type KeyPair = { privateKeyPem: string; publicKey: string };

/** Creates an RSA key of 2048 bits (RFC 8301 §3.2), off this thread. */
export async function freshKey(): Promise<KeyPair> {
  const { privateKey } = await newKeyPair("rsa", { modulusLength: KEY_BITS });
  return pairOf(privateKey);
}

/** Imports an existing key. @throws AppError `invalid_input` when it is not an RSA key or too short. */
export function importKey(pem: string): KeyPair {
  const field = "privateKeyPem";
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw invalidField(field, because("key_not_pem"));
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw invalidField(field, because("key_not_rsa"));
  }
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS) {
    throw invalidField(field, because("key_short", { bits: LEAST_BITS, better: KEY_BITS }));
  }
  return pairOf(key);
}

function pairOf(privateKey: KeyObject): KeyPair {
  const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return {
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: spki.toString("base64"),
  };
}

/** The length of a published public key in bits. */
export function bitsOf(publicKey: string): number {
  const key = createPublicKey({
    key: Buffer.from(publicKey, "base64"),
    type: "spki",
    format: "der",
  });
  return key.asymmetricKeyDetails?.modulusLength ?? 0;
}

import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { DkimKey, Recipient, Rendered } from "../types.ts";
import type { CompiledCampaign } from "./compile.ts";
import { canonicalForm, type HeaderField } from "./header-text.ts";
import { draftMessage, finished, type MessageOptions, writeBody } from "./message.ts";

// DKIM (RFC 6376): rsa-sha256, relaxed/relaxed. Rendering reserves space for the signature at the start of the message
// and hashes the body in place; a signer thread turns the digest into the signature.

const SELF_TEST = Buffer.from("a key that cannot sign this text must not be used");
const MIN_MODULUS_BITS = 1024;
const BODY_HASH_CHARS = 44;
const FOLD_AT = 72;

/** A key that has passed a self-test: it signs, and its signature verifies. */
export type SigningKey = {
  /** A hash of the key material, so it is the same in every thread. */
  id: string;
  domain: string;
  selector: string;
  privateKeyPem: string;
  signatureBytes: number;
};

/**
 * Checks a domain's key by signing and verifying with it.
 *
 * @throws Error when it is not an RSA private key of at least 1024 bits or cannot sign, or when domain or selector is
 * invalid. The error never contains key material.
 */
export function loadSigningKey(key: DkimKey): SigningKey {
  const name = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i;
  if (!name.test(key.domain) || !name.test(key.selector)) {
    throw new Error("a DKIM domain or selector is not a host name");
  }
  const bits = selfTest(key);
  return {
    id: createHash("sha256").update(key.privateKeyPem).digest("hex").slice(0, 32),
    domain: key.domain,
    selector: key.selector,
    privateKeyPem: key.privateKeyPem,
    signatureBytes: Math.ceil(bits / 8),
  };
}

function selfTest(key: DkimKey): number {
  try {
    const privateKey = createPrivateKey(key.privateKeyPem);
    const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
    const signature = sign("sha256", SELF_TEST, privateKey);
    const isGood = verify("sha256", SELF_TEST, createPublicKey(privateKey), signature);
    if (privateKey.asymmetricKeyType === "rsa" && bits >= MIN_MODULUS_BITS && isGood) {
      return bits;
    }
  } catch {
    // The original error is dropped, because it might quote key material.
  }
  throw new Error(`the DKIM key of ${key.domain} is not a usable RSA private key`);
}

/** A message waiting for its signature. Only `finish` yields the message, so it cannot be sent unsigned. */
export type UnsignedMessage = {
  /** SHA-256 of the header fields; the input to the RSA signature (PKCS #1 v1.5). */
  digest: Uint8Array;
  /** Inserts the signature. @throws Error when its length does not match the key. */
  finish(signature: Uint8Array): Rendered;
};

/**
 * Renders a message with space for a DKIM signature, and computes the digest to sign. The digest is the same at every
 * attempt of the same message.
 *
 * @throws the errors of `draftMessage`.
 */
export function prepareSigned(
  campaign: CompiledCampaign,
  recipient: Recipient,
  options: MessageOptions,
  key: SigningKey,
): UnsignedMessage {
  const draft = draftMessage(campaign, recipient, options);
  const opening = signatureOpening(key, draft.fields);
  const signatureChars = foldedLength(Math.ceil(key.signatureBytes / 3) * 4);
  const openingBytes = opening.length + BODY_HASH_CHARS + AFTER_HASH.length;
  const fields = `\r\n${draft.fields.map((field) => field.wire).join("")}\r\n`;
  const fieldsAt = openingBytes + signatureChars;
  const bodyAt = fieldsAt + Buffer.byteLength(fields);

  const bytes = Buffer.allocUnsafeSlow(bodyAt + draft.bodyBytes);
  bytes.write(fields, fieldsAt, "utf8");
  writeBody(draft, bytes, bodyAt);
  const bodyHash = new Bun.CryptoHasher("sha256").update(bytes.subarray(bodyAt)).digest("base64");
  const unsigned = opening + bodyHash + AFTER_HASH;
  bytes.write(unsigned, 0, "latin1");

  return {
    digest: headerDigest(draft.fields, unsigned),
    finish(signature) {
      if (signature.length !== key.signatureBytes) {
        throw new Error("the DKIM signature does not have the length of the key");
      }
      bytes.write(fold(Buffer.from(signature).toString("base64")), openingBytes, "latin1");
      return finished(draft, bytes);
    },
  };
}

const AFTER_HASH = ";\r\n\tb=";

// Listing From once more than it occurs prevents anyone from adding a second From field (RFC 6376 §5.4.2).
function signatureOpening(key: SigningKey, fields: HeaderField[]): string {
  const names = [...fields.map((field) => field.name), "From"];
  const lines: string[] = [];
  let line = "h=";
  names.forEach((name, index) => {
    const next = index === names.length - 1 ? `${name};` : `${name}:`;
    if (line.length + next.length > FOLD_AT) {
      lines.push(line);
      line = "";
    }
    line += next;
  });
  return [
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${key.domain};`,
    `s=${key.selector};`,
    ...lines,
    line,
    "bh=",
  ].join("\r\n\t");
}

function headerDigest(fields: HeaderField[], signatureField: string): Uint8Array {
  let input = "";
  for (const field of fields) {
    input += canonicalForm(field);
  }
  const value = signatureField.slice("DKIM-Signature:".length);
  input += `dkim-signature:${value.replaceAll("\r\n\t", " ").trim()}`;
  return new Bun.CryptoHasher("sha256").update(input).digest();
}

function foldedLength(chars: number): number {
  return chars + Math.floor((chars - 1) / FOLD_AT) * 3;
}

function fold(base64: string): string {
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += FOLD_AT) {
    lines.push(base64.slice(at, at + FOLD_AT));
  }
  return lines.join("\r\n\t");
}

import { createVerify, X509Certificate } from "node:crypto";
import { LRUCache } from "lru-cache";
import { DAY_MS } from "../../platform/time.rules.ts";
import { type Json, textAt } from "./hook-event.ts";

/** Fetches a text from a URL. main provides an implementation with limits. */
export type FetchText = (url: string) => Promise<string>;

/** A message from Amazon SNS whose signature was verified. */
export type SnsMessage = {
  type: "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation";
  id: string;
  topic: string;
  message: string;
  subscribeUrl: string;
};

// SNS retries for an hour. A day allows for a wrong clock.
const MAX_AGE_MS = DAY_MS;
const HOST = /^sns\.[a-z]{2,4}(?:-[a-z]+){1,3}-\d\.amazonaws\.com(?:\.cn)?$/;
const signedFields: Record<SnsMessage["type"], string[]> = {
  Notification: ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
  SubscriptionConfirmation: [
    ...["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  ],
  UnsubscribeConfirmation: [
    ...["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"],
  ],
};

/** True for an https URL of Amazon SNS in a region, and not for a lookalike. */
export function isSnsUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    url.protocol === "https:" &&
    url.port === "" &&
    url.username === "" &&
    url.password === "" &&
    HOST.test(url.hostname)
  );
}

/** Verifies messages of Amazon SNS. Certificates are cached for a day. */
export class SnsVerifier {
  readonly #fetchText: FetchText;
  readonly #certificates = new LRUCache<string, string>({ max: 50, ttl: MAX_AGE_MS });

  constructor(fetchText: FetchText) {
    this.#fetchText = fetchText;
  }

  /**
   * The message; undefined when Amazon did not sign it, or signed it more than a day ago. The certificate is only
   * fetched from Amazon's own host.
   *
   * @throws when the certificate cannot be fetched now: SNS then retries.
   * @see https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
   */
  async read(body: Json, now: number): Promise<SnsMessage | undefined> {
    const type = textAt(body, "Type") as SnsMessage["type"];
    const certUrl = textAt(body, "SigningCertURL");
    const age = Math.abs(now - Date.parse(textAt(body, "Timestamp")));
    const isSound = Object.hasOwn(signedFields, type) && isSnsUrl(certUrl) && age <= MAX_AGE_MS;
    if (!isSound || !URL.parse(certUrl)?.pathname.endsWith(".pem")) {
      return undefined;
    }
    if (!isSigned(body, type, await this.#certificate(certUrl), now)) {
      return undefined;
    }
    const raw = (name: string) => rawText(body, name) ?? "";
    return {
      type,
      id: raw("MessageId"),
      topic: raw("TopicArn"),
      message: raw("Message"),
      subscribeUrl: raw("SubscribeURL"),
    };
  }

  /** Confirms a subscription with Amazon. False when the confirmation URL is not Amazon's. */
  async confirm(message: SnsMessage): Promise<boolean> {
    if (!isSnsUrl(message.subscribeUrl)) {
      return false;
    }
    await this.#fetchText(message.subscribeUrl);
    return true;
  }

  async #certificate(url: string): Promise<string> {
    const known = this.#certificates.get(url);
    if (known !== undefined) {
      return known;
    }
    const pem = await this.#fetchText(url);
    this.#certificates.set(url, pem);
    return pem;
  }
}

function isSigned(body: Json, type: SnsMessage["type"], pem: string, now: number): boolean {
  // Version 1 uses SHA-1, which is still the AWS default. An attacker would still need Amazon's private key.
  const version = textAt(body, "SignatureVersion");
  const algorithm = version === "1" ? "RSA-SHA1" : version === "2" ? "RSA-SHA256" : undefined;
  if (algorithm === undefined) {
    return false;
  }
  const lines = signedFields[type].flatMap((name) => {
    const value = rawText(body, name);
    return value === undefined ? [] : [`${name}\n${value}\n`];
  });
  try {
    const certificate = new X509Certificate(pem);
    const isValid =
      Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
    const verifier = createVerify(algorithm).update(lines.join(""));
    return isValid && verifier.verify(certificate.publicKey, textAt(body, "Signature"), "base64");
  } catch {
    // The certificate or the signature is malformed.
    return false;
  }
}

/** A field without truncation, because the signature covers the full text. */
function rawText(body: Json, name: string): string | undefined {
  const isObject = typeof body === "object" && body !== null && Object.hasOwn(body, name);
  const value = isObject ? (body as Record<string, Json>)[name] : undefined;
  return typeof value === "string" ? value : undefined;
}

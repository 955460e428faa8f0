import { createPublicKey, verify } from "node:crypto";
import { answerOf, type HookEvent, hookEvent, type Json, listOf, textAt } from "../hook-event.ts";

/**
 * True when SendGrid signed the body: ECDSA with SHA-256 over the timestamp and the raw body.
 *
 * @param publicKey The verification key that SendGrid shows: base64 of an SPKI.
 * @see
 * https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export function isSignedBySendGrid(headers: Headers, body: string, publicKey: string): boolean {
  const signature = headers.get("x-twilio-email-event-webhook-signature");
  const timestamp = headers.get("x-twilio-email-event-webhook-timestamp");
  if (signature === null || timestamp === null) {
    return false;
  }
  try {
    const der = Buffer.from(publicKey.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    const isEllipticCurve = key.asymmetricKeyType === "ec";
    const signed = Buffer.from(timestamp + body);
    return isEllipticCurve && verify("sha256", signed, key, Buffer.from(signature, "base64"));
  } catch {
    // The key or the signature is malformed.
    return false;
  }
}

/** @see https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event */
export function readSendGridEvents(body: Json): HookEvent[] {
  return listOf(body).map((one) => {
    const known = {
      id: textAt(one, "sg_event_id"),
      names: [textAt(one, "swiftmail"), textAt(one, "smtp-id")],
      address: textAt(one, "email"),
    };
    const answer = (fallback: "4.0.0" | "5.0.0", words = textAt(one, "reason")) =>
      answerOf(words, textAt(one, "status"), fallback);
    switch (textAt(one, "event")) {
      case "bounce":
        return hookEvent({
          kind: "bounce",
          ...known,
          ...answer(textAt(one, "type") === "blocked" ? "4.0.0" : "5.0.0"),
        });
      case "dropped":
        return hookEvent({
          kind: "bounce",
          ...known,
          ...answer("5.0.0", `Not sent by SendGrid: ${textAt(one, "reason")}`),
        });
      case "deferred":
        return hookEvent({
          kind: "delayed",
          ...known,
          ...answer("4.0.0", textAt(one, "response")),
        });
      case "spamreport":
        return hookEvent({ kind: "complaint", ...known, complaint: "abuse" });
      case "unsubscribe":
      case "group_unsubscribe":
        return hookEvent({ kind: "unsubscribe", ...known });
      case "delivered":
        return hookEvent({ kind: "delivered", ...known });
      default:
        return hookEvent({ kind: "other", ...known });
    }
  });
}

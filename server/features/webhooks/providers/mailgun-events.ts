import { createHmac, timingSafeEqual } from "node:crypto";
import { answerOf, at, type HookEvent, hookEvent, type Json, textAt } from "../hook-event.ts";

// Mailgun retries for eight hours, and a repeated event changes nothing. Anything older may be a replayed recording.
const REPLAY_WINDOW_MS = 12 * 3_600_000;

/**
 * True when Mailgun signed the event recently: HMAC-SHA-256 over its timestamp and token.
 *
 * @see https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
 */
export function isSignedByMailgun(body: Json, signingKey: string, now: number): boolean {
  const [timestamp, token, signature] = ["timestamp", "token", "signature"].map((name) =>
    textAt(body, "signature", name),
  ) as [string, string, string];
  const given = Buffer.from(signature, "hex");
  const right = createHmac("sha256", signingKey)
    .update(timestamp + token)
    .digest();
  const age = Math.abs(now - Number(timestamp) * 1_000);
  return given.length === right.length && timingSafeEqual(given, right) && age <= REPLAY_WINDOW_MS;
}

/** @see https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure */
export function readMailgunEvents(body: Json): HookEvent[] {
  const event = at(body, "event-data");
  const known = {
    id: textAt(event, "id"),
    names: [
      textAt(event, "user-variables", "swiftmail"),
      textAt(event, "message", "headers", "message-id"),
    ],
    address: textAt(event, "recipient"),
  };
  switch (textAt(event, "event")) {
    case "failed": {
      const status = at(event, "delivery-status");
      const isFinal = textAt(event, "severity") !== "temporary";
      const words =
        textAt(status, "message") || textAt(status, "description") || textAt(event, "reason");
      const code = textAt(status, "code");
      // Codes above 599 are Mailgun's own (605: it considers the address bounced).
      const spoken = /^[45]\d\d$/.test(code) && !words.includes(code) ? `${code} ${words}` : words;
      const answer = answerOf(spoken, textAt(status, "enhanced-code"), isFinal ? "5.0.0" : "4.0.0");
      return [hookEvent({ kind: isFinal ? "bounce" : "delayed", ...known, ...answer })];
    }
    case "rejected":
      return [
        hookEvent({
          kind: "bounce",
          ...known,
          ...answerOf(textAt(event, "reject", "reason"), "", "5.0.0"),
        }),
      ];
    case "complained":
      return [hookEvent({ kind: "complaint", ...known, complaint: "abuse" })];
    case "unsubscribed":
      return [hookEvent({ kind: "unsubscribe", ...known })];
    case "delivered":
      return [hookEvent({ kind: "delivered", ...known })];
    default:
      return [hookEvent({ kind: "other", ...known })];
  }
}

import { isAutoReply } from "./auto-reply.ts";
import { readComplaintForm } from "./complaint-form.ts";
import { type Bounce, readDeliveryStatus } from "./dsn.ts";
import { type Complaint, readFeedbackReport } from "./feedback.ts";
import type { MailParts } from "./mail-parts.ts";
import { looksLikeBounce, readPlainBounce } from "./plain-bounce.ts";

/** What a message that came to one of our addresses is. */
export type MailClass =
  | { kind: "bounce"; bounce: Bounce }
  | { kind: "complaint"; complaint: Complaint }
  /** A report of something that needs no action, such as a delivery that worked. */
  | { kind: "report" }
  | { kind: "auto_reply" }
  /** Written by a person, as far as one can tell. */
  | { kind: "reply" };

/**
 * Says what a message is. Machine-readable parts first: they say it themselves. A sender without an
 * address (RFC 5321 §4.5.5) makes a bounce believable, never by itself.
 *
 * @param expected The recipient whose message it is about; empty when that is not known.
 */
export function classifyMail(parts: MailParts, envelopeFrom: string, expected: string): MailClass {
  if (parts.feedbackReport !== undefined) {
    const complaint = readFeedbackReport(parts.feedbackReport);
    return complaint === undefined ? { kind: "report" } : { kind: "complaint", complaint };
  }
  if (parts.deliveryStatus !== undefined) {
    const bounce = readDeliveryStatus(parts.deliveryStatus, expected);
    return bounce === undefined ? { kind: "report" } : { kind: "bounce", bounce };
  }
  const form = readComplaintForm(parts);
  if (form !== undefined) {
    return { kind: "complaint", complaint: form };
  }
  const isBounce = looksLikeBounce(parts, envelopeFrom);
  if (!isBounce && isAutoReply(parts.head)) {
    return { kind: "auto_reply" };
  }
  const bounce = isBounce ? readPlainBounce(parts) : undefined;
  if (bounce !== undefined) {
    return { kind: "bounce", bounce };
  }
  return { kind: isBounce || envelopeFrom === "" ? "report" : "reply" };
}

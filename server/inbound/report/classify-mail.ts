import { isAutoReply } from "./auto-reply.ts";
import { readComplaintForm } from "./complaint-form.ts";
import { type Bounce, readDeliveryStatus } from "./dsn.ts";
import { type Complaint, readFeedbackReport } from "./feedback.ts";
import type { MailParts } from "./mail-parts.ts";
import { readPlainBounce } from "./plain-bounce.ts";
import { isAnswer, isFromMachine } from "./report-sender.ts";

/** The classification of a message to one of our addresses. */
export type MailClass =
  | { kind: "bounce"; bounce: Bounce }
  | { kind: "complaint"; complaint: Complaint }
  /** A report that needs no action, such as one about a successful delivery. */
  | { kind: "report" }
  | { kind: "auto_reply" }
  /** Probably written by a person. */
  | { kind: "reply" };

/**
 * Classifies a message. Machine-readable parts are checked first, since they are unambiguous. An empty return path (RFC
 * 5321 §4.5.5) supports the classification as a bounce but does not suffice for it.
 *
 * @param expected The recipient of the message it is about; empty when unknown.
 */
export function classifyMail(parts: MailParts, envelopeFrom: string, expected: string): MailClass {
  if (parts.feedbackReport !== undefined) {
    const complaint = readFeedbackReport(parts.feedbackReport);
    return complaint === undefined ? { kind: "report" } : { kind: "complaint", complaint };
  }
  const fields = parts.deliveryStatus ?? statusInText(parts, envelopeFrom);
  const status = fields === undefined ? undefined : readDeliveryStatus(fields, expected);
  if (status === "success") {
    return { kind: "report" };
  }
  if (status !== undefined) {
    return { kind: "bounce", bounce: withText(status, parts, envelopeFrom) };
  }
  const form = readComplaintForm(parts);
  if (form !== undefined) {
    return { kind: "complaint", complaint: form };
  }
  const bounce = readPlainBounce(parts, envelopeFrom);
  if (bounce !== undefined) {
    return { kind: "bounce", bounce };
  }
  if (isAutoReply(parts.head)) {
    return { kind: "auto_reply" };
  }
  return { kind: envelopeFrom === "" ? "report" : "reply" };
}

/**
 * Finds status fields in the text, or in a report enclosed in another one, since relays and filters flatten and wrap
 * reports. Only mail written by machines is searched, because people quote reports.
 */
function statusInText(parts: MailParts, envelopeFrom: string): string | undefined {
  if (!isFromMachine(parts, envelopeFrom) || isAnswer(parts)) {
    return undefined;
  }
  const isReportEnclosed = /^content-type:\s*multipart\/report\b/im.test(
    parts.original.slice(0, 16_384),
  );
  const text = isReportEnclosed ? parts.original : parts.text;
  const start = text.search(/^(?:reporting-mta|(?:final|original)-recipient|action):/im);
  return start !== -1 && /^action:\s*\w/im.test(text.slice(start)) ? text.slice(start) : undefined;
}

/**
 * Completes a machine-readable part from the text beside it, when the part has no Diagnostic-Code or one that only
 * repeats the status.
 */
function withText(bounce: Bounce, parts: MailParts, envelopeFrom: string): Bounce {
  if (/\p{L}{3}/u.test(bounce.text)) {
    return bounce;
  }
  const told = readPlainBounce(parts, envelopeFrom);
  if (told === undefined) {
    return bounce;
  }
  const isVague = bounce.enh === "" || /^[45]\.0\.0$/.test(bounce.enh);
  return {
    ...bounce,
    code: isVague ? told.code || bounce.code : bounce.code,
    enh: isVague ? told.enh || bounce.enh : bounce.enh,
    text: told.text,
    address: bounce.address || told.address,
  };
}
